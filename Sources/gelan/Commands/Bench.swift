import Glibc
import Kernels
import ModelIR
import Runtime
import Tensors

extension Command {
  static let bench = Command(
    name: "bench", summary: "time a plan on this machine", operands: "PLAN", operandCount: 1...1,
    options: [
      .threads, Option("--repeat", value: "K", help: "runs to time after warming up; 20 by default"), .input,
      Option("--batch", value: "N", help: "images in each run; 1 by default"),
      Option("--layers", help: "time each step too"), .json,
    ],
    details: """
      Prints the median, the least and the 90th percentile of the runs in milliseconds. The input is a fixed pattern: the
      time of a network does not depend on what it sees. Compare only numbers from one machine and one hour.

      Loading is opening the plan and a session; placing the buffers is the part of it that every further input size
      costs again.

      example: gelan bench gelan-c.plan --threads 2 --layers
      """
  ) { arguments in
    let path = arguments.operands[0]
    let repetitions = try arguments.integer("--repeat", in: 1...100_000) ?? 20
    let threads = try arguments.threads()
    let size = try arguments.inputSize()
    let batch = try arguments.integer("--batch", in: 1...65_536) ?? 1
    var watch = StopWatch()
    let model = try openPlan(path)
    let openTime = watch.lap()
    let session = try openSession(model, size, batch: batch, threads: threads)
    let sessionTime = watch.lap()
    _ = MemoryPlan(model.plan, height: session.height, width: session.width)
    let placementTime = watch.lap()

    for index in session.input.indices { session.input[index] = Float(index % 251) / 250 }
    for _ in 0..<min(3, repetitions) { session.run() }
    var times: [Double] = []
    var layerTimes = [[Double]](repeating: [], count: session.steps.count)
    for repetition in 0..<repetitions {
      let start = Machine.seconds()
      if arguments.isSet("--layers") {
        for _ in 0..<batch {
          for (index, step) in session.steps.enumerated() {
            let before = Machine.seconds()
            step.run()
            layerTimes[index].append((Machine.seconds() - before) * 1e3)
          }
        }
      } else {
        session.run()
      }
      times.append((Machine.seconds() - start) * 1e3)
      Terminal.progress("run \(repetition + 1) of \(repetitions)")
    }
    Terminal.progress("")
    times.sort()
    let result = BenchResult(
      plan: path, input: [batch] + session.inputShape, threads: threads, times: times, openTime: openTime,
      sessionTime: sessionTime, placementTime: placementTime, kernels: convolutionBackend)
    if arguments.isSet("--json") {
      Terminal.print(result.json.description)
    } else {
      if arguments.isSet("--layers") { Terminal.print(layerTable(session.steps, layerTimes)) }
      Terminal.print(result.text)
    }
  }
}

private struct BenchResult {
  let plan: String
  /// (batch, channels, height, width).
  let input: [Int]
  let threads: Int
  /// Milliseconds, sorted.
  let times: [Double]
  /// Milliseconds to open the plan, then a session of it.
  let openTime: Double
  let sessionTime: Double
  /// Milliseconds to find each buffer's place for an input size, a part of opening a session.
  let placementTime: Double
  let kernels: String

  var median: Double { times.median }
  var ninetieth: Double { times[min(times.count - 1, times.count * 9 / 10)] }

  var json: JSONValue {
    [
      "plan": .string(plan), "input": .array(input.map { .integer($0) }), "threads": .integer(threads),
      "repeat": .integer(times.count),
      "milliseconds": ["median": .number(median), "min": .number(times[0]), "p90": .number(ninetieth)],
      "loadMilliseconds": .number(openTime + sessionTime), "openMilliseconds": .number(openTime),
      "sessionMilliseconds": .number(sessionTime), "placementMilliseconds": .number(placementTime),
      "peakResidentBytes": .integer(Machine.peakResidentBytes),
      "kernels": .string(kernels),
    ]
  }

  var text: String {
    """
    \(plan), input \(input.map(String.init).joined(separator: "x")), \(threads) thread\(threads == 1 ? "" : "s"), \
    \(times.count) runs, kernels \(kernels)
    median \(decimal(median, places: 2)) ms, least \(decimal(times[0], places: 2)), 90th percentile \
    \(decimal(ninetieth, places: 2))\(perImage); plan opened in \(decimal(openTime, places: 1)) ms, session in \
    \(decimal(sessionTime, places: 1)) (placing its buffers \(decimal(placementTime, places: 2))), peak memory \
    \(Machine.peakResidentBytes >> 20) MiB
    """
  }

  private var perImage: String {
    input[0] == 1 ? "" : "; an image \(decimal(median / Double(input[0]), places: 2)) ms"
  }
}

extension [Double] {
  /// The middle of sorted numbers, or the mean of the two in the middle.
  fileprivate var median: Double {
    count % 2 == 1 ? self[count / 2] : (self[count / 2 - 1] + self[count / 2]) / 2
  }
}

/// One line per step: its median time, its share, its speed.
private func layerTable(_ steps: [PreparedStep], _ times: [[Double]]) -> String {
  let medians = times.map { $0.sorted().median }
  let total = medians.reduce(0, +)
  var lines = ["      ms      %  GFLOP/s  kernel         output            step"]
  for (step, time) in zip(steps, medians) {
    let speed = step.flops > 0 && time > 0 ? decimal(Double(step.flops) / time * 1e-6, places: 1) : ""
    lines.append(
      decimal(time, places: 3).padded(to: 8, onTheLeft: true)
        + decimal(100 * time / max(total, 1e-9), places: 1).padded(to: 7, onTheLeft: true)
        + speed.padded(to: 9, onTheLeft: true) + "  " + step.kernel.padded(to: 15)
        + step.outputShape.map(String.init).joined(separator: "x").padded(to: 18) + step.origin.scope)
  }
  return lines.joined(separator: "\n") + "\n"
}
