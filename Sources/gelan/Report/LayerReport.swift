import Elements
import GelanCompiler
import JSON
import KernelInterface
import Kernels
import ModelIR
import Runtime

/// The time of each step of a plan, beside the least that its arithmetic would take.
struct LayerReport {
  let layers: [Layer]
  let kinds: [Kind]
  /// The milliseconds of all steps together.
  let total: Double
  let peaks: PeakSpeeds

  struct Layer {
    let step: PreparedStep
    /// The median, in milliseconds.
    let time: Double
    let share: Double
  }

  /// The steps that one kind of kernel runs.
  struct Kind {
    let name: String
    var steps = 0
    var time = 0.0
    /// The milliseconds that its multiplications would take at the machine's peak.
    var peakTime = 0.0
  }

  /// - Parameters:
  ///   - times: the milliseconds of each step in every run
  ///   - peaks: measured with the instructions and threads of the steps
  init(_ steps: [PreparedStep], _ times: [[Double]], peaks: PeakSpeeds) {
    let medians = times.map { $0.sorted().median }
    let total = medians.reduce(0, +)
    self.total = total
    self.peaks = peaks
    layers = zip(steps, medians).map { step, time in
      Layer(step: step, time: time, share: total > 0 ? time / total : 0)
    }
    var kinds: [Kind] = []
    for layer in layers {
      let name = layer.step.kind
      let index = kinds.firstIndex { $0.name == name } ?? kinds.endIndex
      if index == kinds.endIndex { kinds.append(Kind(name: name)) }
      kinds[index].steps += 1
      kinds[index].time += layer.time
      kinds[index].peakTime += peaks.time(of: layer.step)
    }
    self.kinds = kinds.sorted { $0.time > $1.time }
  }

  /// The milliseconds that all convolutions would take at the machine's highest peak if each were computed as it is
  /// defined.
  var directLimit: Double { layers.reduce(0) { $0 + Double($1.step.flops) } / peaks.best * 1e3 }

  /// The milliseconds that the multiplications of the chosen kernels would take at the machine's peak.
  var chosenLimit: Double { layers.reduce(0) { $0 + peaks.time(of: $1.step) } }

  /// Which part of the machine's peak was reached, if there was anything to multiply.
  private func partOfPeak(_ peakTime: Double, _ time: Double) -> Double? {
    peakTime > 0 && time > 0 ? peakTime / time : nil
  }

  private func partOfPeak(_ layer: Layer) -> Double? { partOfPeak(peaks.time(of: layer.step), layer.time) }

  private func partOfPeak(_ kind: Kind) -> Double? { partOfPeak(kind.peakTime, kind.time) }

  /// One line for each step, one for each kind, and the limits.
  var text: String {
    func percent(_ part: Double?) -> String { part.map { decimal(100 * $0, places: 1) } ?? "" }
    var lines = ["      ms      %  GFLOP/s  multiplied  % peak  kernel                    output            step"]
    for layer in layers {
      let step = layer.step
      let multiplied = step.multiplications > 0 ? decimal(2e-9 * Double(step.multiplications), places: 4) : ""
      lines.append(
        decimal(layer.time, places: 3).padded(to: 8, onTheLeft: true)
          + percent(layer.share).padded(to: 7, onTheLeft: true)
          + (layer.speed.map { decimal($0, places: 1) } ?? "").padded(to: 9, onTheLeft: true)
          + multiplied.padded(to: 12, onTheLeft: true)
          + percent(partOfPeak(layer)).padded(to: 8, onTheLeft: true)
          + "  " + step.kernel.padded(to: 26) + step.outputText.padded(to: 18) + step.origin.scope)
    }
    lines += ["", "      ms      %   % peak  steps  kind"]
    for kind in kinds {
      lines.append(
        decimal(kind.time, places: 3).padded(to: 8, onTheLeft: true)
          + percent(kind.time / max(total, 1e-9)).padded(to: 7, onTheLeft: true)
          + percent(partOfPeak(kind)).padded(to: 9, onTheLeft: true)
          + String(kind.steps).padded(to: 7, onTheLeft: true) + "  " + kind.name)
    }
    lines += [
      decimal(total, places: 3).padded(to: 8, onTheLeft: true) + "  all steps, for one image", "",
      "the machine's peak, measured: \(peaks.text)",
      "every convolution direct at peak: \(decimal(directLimit, places: 2)) ms",
      "the chosen algorithms at peak:    \(decimal(chosenLimit, places: 2)) ms", "",
    ]
    return lines.joined(separator: "\n")
  }

  var members: [(String, JSONValue)] {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return [
      ("peakGFLOPS", .number(peaks.best * 1e-9)), ("fp32PeakGFLOPS", .number(peaks.single * 1e-9)),
      ("limits", ["directMilliseconds": .number(directLimit), "chosenMilliseconds": .number(chosenLimit)]),
      (
        "kinds",
        .array(
          kinds.map { kind in
            [
              "kind": .string(kind.name), "steps": .integer(kind.steps), "milliseconds": .number(kind.time),
              "share": .number(kind.time / max(total, 1e-9)), "partOfPeak": number(partOfPeak(kind)),
            ]
          })
      ),
      (
        "layers",
        .array(
          layers.map { layer in
            [
              "step": .string(layer.step.origin.scope), "operator": .string(layer.step.op.name),
              "kernel": .string(layer.step.kernel), "kind": .string(layer.step.kind),
              "precision": .string(layer.step.precision.rawValue),
              "output": .array(layer.step.outputShape.map { .integer($0) }),
              "outputPrecision": .string(layer.step.outputPrecision.rawValue), "milliseconds": .number(layer.time),
              "share": .number(layer.share), "flops": .integer(layer.step.flops),
              "multiplications": .integer(layer.step.multiplications), "GFLOPS": number(layer.speed),
              "partOfPeak": number(partOfPeak(layer)),
            ]
          })
      ),
    ]
  }
}

/// The floating-point operations a second that the machine reaches when it does nothing but multiply and add.
struct PeakSpeeds {
  let precision: ElementType
  /// In that precision, a session's.
  let best: Double
  /// In single precision.
  let single: Double

  init(_ instructions: InstructionSet, precision: ElementType, threads: Int) {
    self.precision = precision
    single = 2 * instructions.measurePeak(threads: threads)
    best = precision == .fp32 ? single : 2 * instructions.measurePeak(threads: threads, elementType: precision)
  }

  /// The milliseconds that a step's multiplications would take.
  func time(of step: PreparedStep) -> Double {
    2e3 * Double(step.multiplications) / (step.precision == precision ? best : single)
  }

  var text: String {
    let single = "\(decimal(single * 1e-9, places: 1)) GFLOP/s"
    return precision == .fp32
      ? single : "\(single), in \(precision.rawValue) \(decimal(best * 1e-9, places: 1)) GFLOP/s"
  }
}

extension LayerReport.Layer {
  /// In GFLOP/s, as if it were computed as it is defined.
  fileprivate var speed: Double? { step.flops > 0 && time > 0 ? Double(step.flops) / time * 1e-6 : nil }
}

extension PreparedStep {
  /// What its time is summed up under: the kernel of a convolution, products by whether each pixel is for itself.
  fileprivate var kind: String {
    guard case .conv2D(let op) = op else { return "other" }
    return kernel.hasSuffix("gemm") ? "\(kernel) \(op.kernel == 1 ? "1x1" : "kxk")" : kernel
  }

  /// `64x80x80`, with what the numbers are kept in where that is less than fp32.
  fileprivate var outputText: String {
    outputShape.map(String.init).joined(separator: "x")
      + (outputPrecision == .fp32 ? "" : " \(outputPrecision.rawValue)")
  }
}

extension [Double] {
  /// The middle of sorted numbers, or the mean of the two in the middle.
  var median: Double {
    count % 2 == 1 ? self[count / 2] : (self[count / 2 - 1] + self[count / 2]) / 2
  }
}
