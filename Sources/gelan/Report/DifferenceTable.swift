import Compiler
import GelanCompiler

/// A comparison of two models as a table for people.
struct DifferenceTable {
  private let difference: ModelDifference
  private let titles: (a: String, b: String)
  private let colour: Bool

  init(_ difference: ModelDifference, _ titleOfA: String, _ titleOfB: String, colour: Bool) {
    self.difference = difference
    titles = (titleOfA, titleOfB)
    self.colour = colour
  }

  var text: String {
    let matching = difference.isMatchedByName ? "rows matched by name" : "rows matched by what they are"
    var lines = [
      "A  \(titles.a): \(difference.a.name), \(difference.a.rows.count) rows",
      "B  \(titles.b): \(difference.b.name), \(difference.b.rows.count) rows, \(matching)", "",
    ]
    if difference.isEmpty { return (lines + ["no differences"]).joined(separator: "\n") }
    lines += rowLines + [""] + totalLines + [""] + weightLines
    return lines.joined(separator: "\n")
  }

  // MARK: Rows

  private var rowLines: [String] {
    let shown = difference.rows.filter { !$0.isSame }
    guard !shown.isEmpty else { return ["the rows are the same"] }
    let names = shown.map { $0.b?.row.name ?? $0.a?.row.name ?? "" }
    let blocks = shown.map { $0.b?.row.block ?? $0.a?.row.block ?? "" }
    let (nameWidth, blockWidth) = (names.map(\.count).max() ?? 0, blocks.map(\.count).max() ?? 0)
    let titles = pair("parameters", "GFLOPs") + pair("fused", "GFLOPs")
    var lines = ["     A    B  \("row".padded(to: nameWidth))  \("block".padded(to: blockWidth))  \(titles)"]
    for (index, row) in shown.enumerated() {
      let words = "\(names[index].padded(to: nameWidth))  \(blocks[index].padded(to: blockWidth))"
      let costs = cost(row.costs.training) + cost(row.costs.inference)
      lines.append(paint("\(mark(row))\(number(row.a?.index))\(number(row.b?.index))  \(words)  \(costs)", row))
      for change in row.changes {
        lines.append("             \(change.field.rawValue): \(orNothing(change.a)) → \(orNothing(change.b))")
      }
    }
    return lines
  }

  private func orNothing(_ text: String) -> String { text.isEmpty ? "nothing" : text }

  private func number(_ index: Int?) -> String { (index.map { "\($0)" } ?? "").padded(to: 5, onTheLeft: true) }

  private func mark(_ row: ModelDifference.RowDifference) -> String { row.a == nil ? "+" : row.b == nil ? "-" : "~" }

  private func paint(_ line: String, _ row: ModelDifference.RowDifference) -> String {
    guard colour else { return line }
    return "\u{1B}[\(row.a == nil ? 32 : row.b == nil ? 31 : 33)m\(line)\u{1B}[0m"
  }

  // MARK: Costs

  /// Two columns of a table: parameters, or another large number, and GFLOPs.
  private func pair(_ parameters: String, _ flops: String) -> String {
    parameters.padded(to: 13, onTheLeft: true) + flops.padded(to: 10, onTheLeft: true)
  }

  private func cost(_ cost: ModelReport.Cost) -> String { pair(signed(cost.parameters), gigaflops(cost.flops)) }

  private func signed(_ number: Int) -> String { (number > 0 ? "+" : "") + grouped(number) }

  private func gigaflops(_ flops: Int) -> String {
    (flops > 0 ? "+" : "") + (flops == 0 ? "0" : decimal(Double(flops) * 1e-9, places: 2))
  }

  /// Differences by section, and the totals of both models, in the three forms.
  private var totalLines: [String] {
    let sections = difference.sections.filter { $0.costs != ModelDifference.Costs() }
    let width = (["B minus A"] + sections.map(\.name)).map(\.count).max() ?? 0
    let forms = ["training", "stripped", "stripped and fused"]
    func line(_ name: String, _ costs: ModelDifference.Costs, _ text: (ModelReport.Cost) -> String) -> String {
      name.padded(to: width) + costs.forms.map { text($0.1) }.joined()
    }
    func plain(_ cost: ModelReport.Cost) -> String {
      pair(grouped(cost.parameters), decimal(Double(cost.flops) * 1e-9, places: 2))
    }
    let blank = "".padded(to: width)
    var lines = [blank + forms.map { $0.padded(to: pair("", "").count, onTheLeft: true) }.joined()]
    lines.append(blank + forms.map { _ in pair("parameters", "GFLOPs") }.joined())
    for section in sections { lines.append(line(section.name, section.costs, cost)) }
    lines.append(line("B minus A", difference.total, cost))
    lines.append(line("A", ModelDifference.Costs(difference.a), plain))
    lines.append(line("B", ModelDifference.Costs(difference.b), plain))
    return lines
  }

  // MARK: Weights

  private var weightLines: [String] {
    let weights = difference.weights
    let groups = [
      ("same name and shape", weights.sameName), ("same shape, another name", weights.renamed),
      ("another shape in B", weights.reshaped), ("only in B", weights.added), ("only in A", weights.unused),
    ]
    func line(_ name: String, _ count: String, _ elements: String) -> String {
      name.padded(to: 28) + count.padded(to: 9, onTheLeft: true) + elements.padded(to: 15, onTheLeft: true)
    }
    var lines = [line("weights of A in B", "tensors", "numbers")]
    for (name, group) in groups where !group.names.isEmpty {
      lines.append(line(name, grouped(group.names.count), grouped(group.elements)))
    }
    if !weights.renumbering.isEmpty {
      let runs = weights.renumbering.map { "\(range($0.a)) of A is \(range($0.b)) of B" }
      lines.append("renumbering: \(runs.joined(separator: ", "))")
    }
    if !weights.mistaken.names.isEmpty {
      lines.append(
        "beware: \(grouped(weights.mistaken.names.count)) names of B occur in A in the same shape for something else; "
          + "loading by name alone mixes them up")
    }
    return lines
  }

  private func range(_ rows: ClosedRange<Int>) -> String {
    rows.count == 1 ? "row \(rows.lowerBound)" : "rows \(rows.lowerBound)-\(rows.upperBound)"
  }
}
