import JSON
import KernelInterface
import Kernels

extension Command {
  static let costModel = Command(
    name: "cost-model", summary: "measure what the choice of kernels assumes of the processor", operands: "",
    operandCount: 0...0, options: [.kernels, .json],
    details: """
      Which kernel runs a convolution, implicit GEMM or one of Winograd's forms, is chosen by a cost model: how often a
      kernel does each kind of work, times a constant for that kind. The command runs every kernel on convolutions of
      many sizes on one thread, fits the constants to the times, and prints them beside those in use, with how far the
      predictions of both are from the times. Constants are in the time of one multiply-accumulate of sixteen lanes at
      the processor's peak. Nothing is changed by it.

      example: gelan cost-model
      """
  ) { arguments in
    let instructions = try arguments.instructions()
    let peak = instructions.measurePeak(threads: 1)
    var progress = ProgressBar(total: 1, unit: "convolutions")
    let samples = CostSample.measure(instructions) { done, total in
      if done == 0 { progress = ProgressBar(total: total, unit: "convolutions") }
      progress.show(done)
    }
    progress.hide()
    guard let samples else { throw CommandFailure.message("there is no memory for the convolutions to be measured") }
    let report = CostReport(instructions, samples, unit: Double(laneCount) / peak, peak: peak)
    Terminal.print(arguments.isSet("--json") ? report.json.description : report.text)
  }
}
