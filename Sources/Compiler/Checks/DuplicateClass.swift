import Diagnostics
import ModelSyntax

extension Check {
  /// A class name that occurs twice in the list: two outputs for one class, or a slip that shifts all later classes.
  package static let duplicateClass = Check.ofForm(.duplicateClass) { model in
    guard case .names(let names) = model.classes.value else { return [] }
    var first: [String: (index: Int, range: SourceRange)] = [:]
    return names.enumerated().compactMap { index, name in
      guard let earlier = first[name.value] else {
        first[name.value] = (index, name.range)
        return nil
      }
      return Diagnostic(
        .duplicateClass, severity: .warning, "classes \(earlier.index) and \(index) are both called '\(name.value)'",
        at: name.range, secondary: [Diagnostic.Label(earlier.range, "first here")])
    }
  }
}
