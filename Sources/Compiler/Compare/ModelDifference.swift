import ModelIR
import ModelSyntax

/// The differences between two models: rows added, removed and changed, their costs, and the weights that carry over.
package struct ModelDifference: Sendable {
  /// The cost in each of the three forms that are counted.
  package struct Costs: Sendable, Equatable {
    package var training = ModelReport.Cost()
    package var stripped = ModelReport.Cost()
    package var inference = ModelReport.Cost()

    package init() {}
  }

  /// The changed parts of a row.
  package enum Field: String, Sendable {
    case from, number, block, arguments
    /// The types of its inputs, which its arguments do not show.
    case input
    /// The operators of its block, although the row is written as before.
    case operators
    /// The types of its results.
    case shape
  }

  package struct Change: Sendable, Equatable {
    package let field: Field
    package let a: String
    package let b: String
  }

  /// A row of one model, or a pair of corresponding rows.
  package struct RowDifference: Sendable {
    package let a: ModelReport.RowReport?
    package let b: ModelReport.RowReport?
    package let changes: [Change]
    /// The additional cost of the row in B.
    package let costs: Costs

    package var isSame: Bool { a != nil && b != nil && changes.isEmpty && costs == Costs() }
  }

  package let a: ModelReport
  package let b: ModelReport
  /// Whether rows were matched by name rather than by content.
  package let isMatchedByName: Bool
  /// Every row in the order of B; rows that only A has come after those they followed in A.
  package let rows: [RowDifference]
  /// The additional cost of each section in B, in the order of the rows.
  package let sections: [(name: String, costs: Costs)]
  package let total: Costs
  package let weights: WeightTransfer

  package init(_ a: ComparedModel, _ b: ComparedModel) {
    self.a = a.report
    self.b = b.report
    isMatchedByName = a.hasNames && b.hasNames
    let partners =
      isMatchedByName ? alignByName(a.graph.rows, b.graph.rows) : alignByContent(a.report.rows, b.report.rows)
    let (substancesOfA, substancesOfB) = (RowSubstance.ofRows(in: a.graph), RowSubstance.ofRows(in: b.graph))
    rows = Self.order(partners, count: b.graph.rows.count).map { pair in
      let (rowOfA, rowOfB) = (pair.a.map { a.report.rows[$0] }, pair.b.map { b.report.rows[$0] })
      var changes: [Change] = []
      if let i = pair.a, let j = pair.b {
        changes = Self.changes(a, i, substancesOfA[i], b, j, substancesOfB[j], partners)
      }
      return RowDifference(a: rowOfA, b: rowOfB, changes: changes, costs: Costs(rowOfB) - Costs(rowOfA))
    }
    sections = Self.sections(a.report, b.report)
    total = Costs(b.report) - Costs(a.report)
    weights = WeightTransfer(
      from: a.graph, to: b.graph, partners: partners,
      alike: Set(
        partners.indices.filter { i in
          partners[i].map { substancesOfA[i].operators == substancesOfB[$0].operators } ?? false
        }))
  }

  /// Whether the two are the same network with the same names.
  package var isEmpty: Bool { rows.allSatisfy(\.isSame) && weights.isWhole }

  // MARK: Rows

  /// The rows of both models in one order.
  private static func order(_ partners: [Int?], count: Int) -> [(a: Int?, b: Int?)] {
    var partnersInA = [Int?](repeating: nil, count: count)
    // The rows that only A has, by the last row of A before them that B has too; -1 means the start.
    var removed: [Int: [Int]] = [:]
    var last = -1
    for (index, partner) in partners.enumerated() {
      if let partner {
        partnersInA[partner] = index
        last = index
      } else {
        removed[last, default: []].append(index)
      }
    }
    var pairs: [(a: Int?, b: Int?)] = (removed[-1] ?? []).map { ($0, nil) }
    for (index, partner) in partnersInA.enumerated() {
      pairs.append((partner, index))
      if let partner { pairs += (removed[partner] ?? []).map { ($0, nil) } }
    }
    return pairs
  }

  private static func changes(
    _ a: ComparedModel, _ i: Int, _ substanceOfA: RowSubstance, _ b: ComparedModel, _ j: Int,
    _ substanceOfB: RowSubstance,
    _ partners: [Int?]
  ) -> [Change] {
    let (rowOfA, rowOfB) = (a.graph.rows[i], b.graph.rows[j])
    let (sourcesOfA, sourcesOfB) = (a.sources(ofRow: i), b.sources(ofRow: j))
    var changes: [Change] = []
    func compare(_ field: Field, _ textOfA: String, _ textOfB: String) {
      if textOfA != textOfB { changes.append(Change(field: field, a: textOfA, b: textOfB)) }
    }
    let carried = sourcesOfA.map { source in
      guard case .row(let index, let choice) = source, partners.indices.contains(index), let partner = partners[index]
      else {
        return source
      }
      return .row(partner, choice: choice)
    }
    let isRemoved = sourcesOfA.contains { source in
      if case .row(let index, _) = source { partners.indices.contains(index) && partners[index] == nil } else { false }
    }
    if isRemoved || carried != sourcesOfB {
      changes.append(
        Change(
          field: .from, a: sourcesOfA.map(a.title).joined(separator: ", "),
          b: sourcesOfB.map(b.title).joined(separator: ", ")))
    }
    // Another notation for the same operators is no change.
    if substanceOfA.operators != substanceOfB.operators {
      compare(.number, "\(rowOfA.number)", "\(rowOfB.number)")
      compare(.block, rowOfA.block, rowOfB.block)
      compare(.arguments, rowOfA.arguments, rowOfB.arguments)
    }
    compare(.input, describe(substanceOfA.inputs), describe(substanceOfB.inputs))
    if changes.allSatisfy({ $0.field == .from }) {
      let different = zip(substanceOfA.operators, substanceOfB.operators).first { $0 != $1 }
      let counts = ("\(substanceOfA.operators.count) operators", "\(substanceOfB.operators.count) operators")
      compare(.operators, different?.0 ?? counts.0, different?.1 ?? counts.1)
    }
    compare(.shape, describe(rowOfA.results), describe(rowOfB.results))
    return changes
  }

  private static func describe(_ types: [TensorType]) -> String {
    types.map(\.description).joined(separator: ", ")
  }

  // MARK: Sections

  private static func sections(_ a: ModelReport, _ b: ModelReport) -> [(name: String, costs: Costs)] {
    // The list dialect has one section where the native dialect has three.
    let isCoarse = (a.rows + b.rows).contains { $0.row.section == Section.head.rawValue }
    func section(_ row: ModelReport.RowReport) -> String {
      isCoarse && row.row.section != Section.backbone.rawValue ? Section.head.rawValue : row.row.section
    }
    var names: [String] = []
    for row in b.rows + a.rows where !names.contains(section(row)) { names.append(section(row)) }
    return names.map { name in
      (name, Costs(sumOf: b.rows.filter { section($0) == name }) - Costs(sumOf: a.rows.filter { section($0) == name }))
    }
  }
}
