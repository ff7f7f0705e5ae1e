import Compiler
import ModelIR

extension BindingReport {
  /// What does not fit, for people: how much, in which rows, and what is probably the matter.
  ///
  /// - Parameters:
  ///   - weights: The name of the checkpoint.
  ///   - graph: The graph that it was to be bound to.
  func text(for weights: String, _ graph: Graph) -> String {
    var parts = ["the weights in \(weights) do not fit \(graph.name)"]
    let counts = [
      (missing.count, "missing"), (misshapen.count, "of another shape"), (unused.count, "that the model does not have"),
    ]
    let total = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    parts.append("  tensors: \(total)")
    parts += rows(graph)
    if !unused.isEmpty { parts.append("  in the file but not in the model: \(Self.summary(of: unused))") }
    parts += causes.map { "  likely: \($0)" }
    return parts.joined(separator: "\n")
  }

  /// One line for each of the first rows that do not fit.
  private func rows(_ graph: Graph) -> [String] {
    let faults =
      missing.map { ($0, "\($0) is missing") }
      + misshapen.map { ($0.name, "\($0.name) is \($0.found.dimensions), not \($0.expected.dimensions)") }
    let byRow = Dictionary(grouping: faults) { Self.row(of: $0.0) ?? -1 }
    let limit = 8
    var lines = byRow.sorted { $0.key < $1.key }.prefix(limit).map { row, faults in
      let name = graph.rows.indices.contains(row) ? " (\(graph.rows[row].name), \(graph.rows[row].block))" : ""
      let more = faults.count > 1 ? ", and \(faults.count - 1) more" : ""
      return "  row \(row < 0 ? "?" : String(row))\(name): \(faults[0].1)\(more)"
    }
    if byRow.count > limit { lines.append("  and \(byRow.count - limit) more rows") }
    return lines
  }

  /// Some names and the rows of the rest: `model.22.cv3.0.0.0.conv.weight and 77 more, in rows 22 and 23`.
  private static func summary(of names: [String]) -> String {
    let rows = Set(names.compactMap(row)).sorted()
    let place =
      switch rows.count {
      case 0: ""
      case 1: ", in row \(rows[0])"
      default: ", in \(rows.count) rows from \(rows[0]) to \(rows[rows.count - 1])"
      }
    return names[0] + (names.count > 1 ? " and \(names.count - 1) more" : "") + place
  }

  /// The row whose weights a name belongs to.
  private static func row(of name: String) -> Int? {
    let parts = name.split(separator: ".", maxSplits: 2)
    return parts.count > 2 && parts[0] == "model" ? Int(parts[1]) : nil
  }
}
