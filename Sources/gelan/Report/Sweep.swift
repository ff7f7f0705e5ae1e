import Compiler
import Diagnostics
import GelanCompiler
import JSON
import ModelSyntax

extension Command.Option {
  static let sweep = Self(
    "--sweep", value: "NAME=V1,V2,…", isRepeatable: true,
    help: "totals for every value of a parameter; repeated, for every combination")
}

/// More combinations than this are a mistake.
private let mostCombinations = 1000

/// What `info --sweep` does: elaborates the model once for each combination of values and prints a line of totals.
func sweep(_ arguments: Arguments) throws(CommandFailure) {
  let fixed = try arguments.settings()
  let axes = try arguments.sweptSettings()
  let count = axes.reduce(1) { $0.multipliedReportingOverflow(by: $1.count).overflow ? Int.max : $0 * $1.count }
  guard count <= mostCombinations else {
    throw .usage("--sweep is for at most \(mostCombinations) combinations")
  }
  let combinations = axes.reduce([[]]) { partial, axis in partial.flatMap { head in axis.map { head + [$0] } } }
  let source = try readSource(arguments.operands[0])
  let (classes, input) = (try arguments.classCount(), try arguments.inputSize())
  var lines: [[String]] = []
  var hasFaults = false
  for (index, combination) in combinations.enumerated() {
    do throws(CompileFailure) {
      let file = try ElaboratedModel(source, classes: classes, input: input, settings: fixed + combination)
      if index == 0 { Terminal.report(file.warnings) }
      let report = ModelReport(file.graph, optimized: optimize(file.graph))
      if arguments.isSet("--json") {
        Terminal.print(report.sweepJSON(combination).description)
      } else {
        lines.append(combination.map(\.writtenValue) + report.sweepCells)
      }
    } catch {
      try (fixed + combination).refuse(error)
      Terminal.note("with \(combination.text):")
      Terminal.report(error.diagnostics)
      hasFaults = true
    }
  }
  if !lines.isEmpty { Terminal.print(sweepTable(names: combinations[0].map(\.name), lines)) }
  if hasFaults { throw .input }
}

extension Arguments {
  /// For each `--sweep` the settings it stands for.
  fileprivate func sweptSettings() throws(CommandFailure) -> [[ParameterSetting]] {
    var axes: [[ParameterSetting]] = []
    for text in strings("--sweep") {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw .usage("--sweep is NAME=V1,V2,… such as width=0.5,1, not '\(text)'")
      }
      var axis: [ParameterSetting] = []
      for value in splitAtCommas(parts[1]) { axis.append(try setting("\(parts[0])=\(value)", option: "--sweep")) }
      axes.append(axis)
    }
    return axes
  }

  /// The parts between commas that stand in no brackets.
  private func splitAtCommas(_ text: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if "[(".contains(character) { depth += 1 } else if "])".contains(character) { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }
}

extension ModelReport {
  fileprivate var sweepCells: [String] {
    [training, stripped, inference].flatMap { cost in
      [grouped(cost.parameters), decimal(Double(cost.flops) * 1e-9, places: 2)]
    }
  }

  fileprivate func sweepJSON(_ combination: [ParameterSetting]) -> JSONValue {
    var object = JSONObject([("schema", 1), ("set", combination.json)])
    // The totals of `info --json`, without its rows.
    for key in ["name", "input", "classes", "strides", "training", "stripped", "inference"] { object[key] = json[key] }
    return .object(object)
  }
}

private func sweepTable(names: [String], _ lines: [[String]]) -> String {
  let forms = ["training", "stripped", "stripped and fused"]
  let titles = names + forms.flatMap { _ in ["parameters", "GFLOPs"] }
  let rows = [titles] + lines
  let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  func text(_ cells: [String]) -> String {
    cells.indices.map { cells[$0].padded(to: widths[$0], onTheLeft: true) }.joined(separator: "  ")
  }
  // The name of a form reaches over its two columns.
  let first = widths.prefix(names.count).reduce(0) { $0 + $1 + 2 }
  let pairs = stride(from: names.count, to: widths.count, by: 2).map { widths[$0] + 2 + widths[$0 + 1] }
  let head =
    String(repeating: " ", count: first)
    + zip(forms, pairs).map { $0.padded(to: $1, onTheLeft: true) }.joined(separator: "  ")
  return ([head] + rows.map(text)).joined(separator: "\n")
}
