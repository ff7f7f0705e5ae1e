import Diagnostics
import GelanRuntime
import Glibc
import KernelInterface
import Kernels

extension Command.Option {
  static let kernels = Self(
    "--kernels", value: InstructionSet.allCases.map(\.rawValue).joined(separator: "|"),
    help: "instruction set of the kernels; by default that of \(kernelsVariable), or the best that the processor has")

  static let precision = Self(
    "--precision", value: InferencePrecision.allCases.map(\.rawValue).joined(separator: "|"),
    help: "element type of operands and maps: bf16 is faster, less exact, and needs AVX512-BF16; fp32 by default")
}

/// The environment variable that stands for `--kernels` where a call does not give it.
let kernelsVariable = "GELAN_KERNELS"

extension Arguments {
  /// The instructions that plans are run with.
  func instructions() throws(CommandFailure) -> InstructionSet {
    if let name = string("--kernels") { return try instructions(name, from: "--kernels") }
    guard let name = getenv(kernelsVariable).map({ String(cString: $0) }), !name.isEmpty else { return .best }
    return try instructions(name, from: kernelsVariable)
  }

  /// The narrowest type that operands and feature maps may be rounded to; the instruction set has to support it.
  func precision(_ instructions: InstructionSet) throws(CommandFailure) -> InferencePrecision {
    guard let precision = try choice("--precision").flatMap(InferencePrecision.init) else { return .fp32 }
    guard instructions.supports(precision.base) else {
      let reason =
        precision.isAvailable
        ? "\(precision.rawValue) needs kernels "
          + InstructionSet.allCases.filter { $0.supports(precision.base) }.map(\.rawValue).joined(separator: " or ")
          + ", not \(instructions.rawValue)" + (string("--kernels") == nil ? " of \(kernelsVariable)" : "")
        : "this processor has no kernels for \(precision.rawValue); those with AVX512-BF16 have"
      throw .usage("--precision: \(reason)")
    }
    return precision
  }

  private func instructions(_ name: String, from source: String) throws(CommandFailure) -> InstructionSet {
    let names = InstructionSet.allCases.map(\.rawValue)
    guard let instructions = InstructionSet(rawValue: name) else {
      let hint = didYouMean(name, among: names).first.map { "; \($0)" } ?? ""
      throw .usage("\(source) is one of \(names.joined(separator: ", ")), not '\(name)'\(hint)")
    }
    guard instructions.isAvailable else {
      let available = InstructionSet.available.map(\.rawValue).joined(separator: " and ")
      throw .usage("\(source): this processor cannot run \(name) kernels, but \(available)")
    }
    return instructions
  }
}
