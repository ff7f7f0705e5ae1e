import Diagnostics
import ModelIR
import ModelSyntax

extension LayerDeclaration {
  /// The block under its shortest name: a library block replaces a torch module with the same function.
  /// block.
  func canonicalBlock(readsImage: Bool) -> String {
    if block.value == "nn.Identity", readsImage { return "Silence" }
    return upsamplingFactor == nil ? block.value : "Upsample"
  }

  /// The arguments in their shortest form: a list without defaults at its end, or names when a list would have to
  /// repeat a default in between.
  func canonicalArguments(_ library: BlockLibrary, replacing names: [String: Expression]) -> String {
    if let upsamplingFactor { return upsamplingFactor == 2 ? "[]" : "[\(upsamplingFactor)]" }
    let values = arguments.map { argument in
      (label: argument.label?.value, text: argument.value.replacing(names).flowText)
    }
    guard let parameters = library[block.value]?.parameters else { return Self.text(values) }
    var given = [String?](repeating: nil, count: parameters.count)
    for (position, value) in values.enumerated() {
      let target = value.label.map { label in parameters.firstIndex { $0.name.value == label } } ?? position
      guard let target, given.indices.contains(target) else { return Self.text(values) }
      let isDefault = parameters[target].defaultValue.map { $0.replacing(names).flowText == value.text } ?? false
      if !isDefault { given[target] = value.text }
    }
    while given.last == .some(nil) { given.removeLast() }
    let isWhole = given.allSatisfy { $0 != nil }
    return Self.text(
      zip(parameters, given).compactMap { parameter, text in text.map { (isWhole ? nil : parameter.name.value, $0) } })
  }

  private static func text(_ values: [(label: String?, text: String)]) -> String {
    if values.contains(where: { $0.label != nil }) {
      return "{\(values.map { "\($0.label ?? ""): \($0.text)" }.joined(separator: ", "))}"
    }
    return "[\(values.map(\.text).joined(separator: ", "))]"
  }

  /// The factor of an `nn.Upsample` that an `Upsample` can replace.
  private var upsamplingFactor: Int? {
    guard block.value == "nn.Upsample" else { return nil }
    let names = ["size", "scale_factor", "mode"]
    var factor: Int?
    for (position, argument) in arguments.enumerated() {
      switch argument.label?.value ?? (position < names.count ? names[position] : "") {
      case "scale_factor":
        factor = argument.value.constantInteger
        if case .real(let number) = argument.value.kind { factor = Int(exactly: number) }
      case "size":
        guard case .name(let word) = argument.value.kind, word.lowercased() == "none" else { return nil }
      case "mode":
        guard case .name("nearest") = argument.value.kind else { return nil }
      default: return nil
      }
    }
    return factor
  }
}
