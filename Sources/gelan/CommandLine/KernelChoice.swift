import Diagnostics
import Glibc
import Kernels

extension Command.Option {
  static let kernels = Self(
    "--kernels", value: InstructionSet.allCases.map(\.rawValue).joined(separator: "|"),
    help: "instructions to use; those of \(kernelsVariable), or else the best that the processor has, by default")
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
