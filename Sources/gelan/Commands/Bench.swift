import GelanCompiler
import Glibc
import JSON
import Kernels
import ModelIR
import Runtime

extension Command {
  static let bench = Command(
    name: "bench", summary: "time a plan on this machine", operands: "PLAN", operandCount: 1...1,
    options: [
      .threads, .kernels, .precision,
      Option("--repeat", value: "K", help: "runs to time after warming up; 20 by default"), .input,
      Option("--batch", value: "N", help: "images in each run; 1 by default"),
      Option("--layers", help: "time each step too, and measure what the machine could do at best"),
      Option("--on-request", help: "for programs: time runs when a line of standard input asks for them"), .json,
    ],
    details: """
      Prints the median, the least and the 90th percentile of the runs in milliseconds. The input is a fixed pattern: the
      time of a network does not depend on what it sees. Compare only numbers from one machine and one hour.

      Loading is opening the plan and a session, the first of which lays the weights out as the kernels read them; placing
      the buffers is the part of it that every further input size costs again.

      Kernels of convolutions: 'gemm' is implicit GEMM by im2col, 1x1 or kxk; 'winograd4' and 'winograd6' are F(4x4) and
      F(6x6), with a quarter and a fifth of the multiplications; 'strided-winograd2' and 'strided-winograd4' are those for
      stride 2; 'depthwise' convolves each channel by itself. 'paired-' multiplies by Winograd's inner product, one
      multiplication and two additions for two; 'bf16-' has operands in bf16. 'other' is every other operator.

      With --layers, the times are those of one image. GFLOP/s are those of the operator as it is defined; 'multiplied'
      are the GFLOP that the chosen algorithm does for it, and '% peak' is what these are of the machine's peak:
      multiply-adds with the same instructions on as many threads, in registers alone and in the step's own precision,
      measured at the start. An output that is kept in bf16 is marked (in JSON, 'precision' is that of a step's products,
      'outputPrecision' that of what it leaves). Below stand the times of all steps if every convolution were computed as
      it is defined, and if the chosen algorithms' multiplications took no more than they do at peak.

      With --on-request a program can take turns with others: one line of JSON tells that the plan is open; then each line
      of standard input is a number of runs, and is answered by their times, {"milliseconds":[57.1,56.9]}, as soon as they
      are done. Nothing runs unasked, so ask for a run to warm up first; between requests all threads sleep. The end of
      the input is the end.

      examples: gelan bench gelan-c.plan --threads 2 --layers
                printf '1\\n20\\n' | gelan bench gelan-c.plan --on-request
      """
  ) { arguments in
    let path = arguments.operands[0]
    for option in ["--repeat", "--layers"] where arguments.isSet("--on-request") && arguments.isSet(option) {
      throw CommandFailure.usage("--on-request and \(option) exclude each other")
    }
    let repetitions = try arguments.integer("--repeat", in: 1...mostRuns) ?? 20
    let threads = try arguments.threads()
    let instructions = try arguments.instructions()
    let precision = try arguments.precision(instructions)
    let size = try arguments.inputSize()
    let batch = try arguments.integer("--batch", in: 1...65_536) ?? 1
    var watch = StopWatch()
    let model = try openPlan(path)
    let openTime = watch.lap()
    let session = try openSession(
      model, size, batch: batch, threads: threads, instructions: instructions, precision: precision.base)
    let sessionTime = watch.lap()
    _ = ArenaLayout(session.lowered.sized, session.lowered.storage)
    let opening = BenchOpening(
      plan: path, input: [batch] + session.inputShape, threads: threads, openTime: openTime, sessionTime: sessionTime,
      placementTime: watch.lap(), kernels: instructions.rawValue, precision: precision.rawValue)
    let input = session.input
    for index in input.indices { input[index] = Float(index % 251) / 250 }

    if arguments.isSet("--on-request") {
      try answerRequests(session, opening)
    } else {
      let timesLayers = arguments.isSet("--layers")
      // Before the runs, since processors that have got hot are slower.
      let peaks =
        timesLayers ? PeakSpeeds(instructions, precision: precision.base, threads: threads) : nil
      let (times, layerTimes) = measure(session, repetitions, layers: timesLayers)
      let layers = peaks.map { LayerReport(session.steps, layerTimes, peaks: $0) }
      let result = BenchResult(opening: opening, times: times, layers: layers)
      if arguments.isSet("--json") {
        Terminal.print(result.json.description)
      } else {
        if let layers { Terminal.print(layers.text) }
        Terminal.print(result.text)
      }
    }
  }
}

private let mostRuns = 100_000

/// Times runs after some that warm up.
///
/// - Returns: the milliseconds of each run, sorted, and of each step in every run if `layers` are asked for.
private func measure(_ session: Session, _ repetitions: Int, layers: Bool) -> (times: [Double], layers: [[Double]]) {
  for _ in 0..<min(3, repetitions) { session.run() }
  var times: [Double] = []
  var layerTimes = [[Double]](repeating: [], count: session.steps.count)
  for repetition in 0..<repetitions {
    let start = Machine.seconds()
    if layers {
      for image in 0..<session.batch {
        session.readImage(image)
        for (index, step) in session.steps.enumerated() {
          let before = Machine.seconds()
          step.run()
          layerTimes[index].append((Machine.seconds() - before) * 1e3)
        }
        session.writeOutputs(image)
      }
    } else {
      session.run()
    }
    times.append((Machine.seconds() - start) * 1e3)
    Terminal.progress("run \(repetition + 1) of \(repetitions)")
  }
  Terminal.progress("")
  return (times.sorted(), layerTimes)
}

/// Says that the plan is open, then runs it as often as each line of standard input says.
private func answerRequests(_ session: Session, _ opening: BenchOpening) throws(CommandFailure) {
  Terminal.print(JSONValue.object(JSONObject(opening.members)).description)
  while let line = readLine() {
    guard let count = Int(line), (1...mostRuns).contains(count) else {
      throw .message("a request is a number of runs from 1 to \(mostRuns), not '\(line)'")
    }
    let times = (0..<count).map { _ in
      let start = Machine.seconds()
      session.run()
      return JSONValue.number((Machine.seconds() - start) * 1e3)
    }
    Terminal.print((["milliseconds": .array(times)] as JSONValue).description)
  }
}

/// What is timed, and how long it took to open.
private struct BenchOpening {
  let plan: String
  /// (batch, channels, height, width).
  let input: [Int]
  let threads: Int
  /// Milliseconds to open the plan, then a session of it.
  let openTime: Double
  let sessionTime: Double
  /// Milliseconds to find each buffer's place for an input size, a part of opening a session.
  let placementTime: Double
  let kernels: String
  let precision: String

  var members: [(String, JSONValue)] {
    [
      ("plan", .string(plan)), ("input", .array(input.map { .integer($0) })), ("threads", .integer(threads)),
      ("loadMilliseconds", .number(openTime + sessionTime)), ("openMilliseconds", .number(openTime)),
      ("sessionMilliseconds", .number(sessionTime)), ("placementMilliseconds", .number(placementTime)),
      ("kernels", .string(kernels)), ("precision", .string(precision)),
    ]
  }
}

private struct BenchResult {
  let opening: BenchOpening
  /// Milliseconds, sorted.
  let times: [Double]
  let layers: LayerReport?

  var median: Double { times.median }
  var ninetieth: Double { times[min(times.count - 1, times.count * 9 / 10)] }

  var json: JSONValue {
    let measured: [(String, JSONValue)] = [
      ("repeat", .integer(times.count)),
      ("milliseconds", ["median": .number(median), "min": .number(times[0]), "p90": .number(ninetieth)]),
      ("peakResidentBytes", .integer(Machine.peakResidentBytes)),
    ]
    return .object(JSONObject(opening.members + measured + (layers?.members ?? [])))
  }

  var text: String {
    """
    \(opening.plan), input \(opening.input.map(String.init).joined(separator: "x")), \(opening.threads) \
    thread\(opening.threads == 1 ? "" : "s"), \(times.count) run\(times.count == 1 ? "" : "s"), kernels \(opening.kernels), \(opening.precision)
    median \(decimal(median, places: 2)) ms, least \(decimal(times[0], places: 2)), 90th percentile \
    \(decimal(ninetieth, places: 2))\(perImage); plan opened in \(decimal(opening.openTime, places: 1)) ms, \
    session in \(decimal(opening.sessionTime, places: 1)) (placing its buffers \
    \(decimal(opening.placementTime, places: 2))), peak memory \
    \(Machine.peakResidentBytes >> 20) MiB
    """
  }

  private var perImage: String {
    opening.input[0] == 1 ? "" : "; an image \(decimal(median / Double(opening.input[0]), places: 2)) ms"
  }
}
