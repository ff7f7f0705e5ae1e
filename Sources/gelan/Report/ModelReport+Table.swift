import Compiler
import GelanCompiler

extension ModelReport {
  /// The report as a table for people.
  var table: String {
    let columns = ["", "name", "from", "n", "block", "arguments", "parameters", "output", "branch"]
    let numeric: Set<Int> = [0, 3, 6]
    var lines: [(section: String, cells: [String])] = []
    for row in rows {
      lines.append(
        (
          row.row.section,
          [
            "\(row.index)", row.row.name, row.row.from.joined(separator: ", "), "\(row.row.number)", row.row.block,
            row.row.arguments, grouped(row.training.parameters),
            row.shapes.map { $0.dropFirst().map(String.init).joined(separator: "x") }.joined(separator: " "),
            row.branch.rawValue,
          ]
        ))
    }
    let widths = columns.indices.map { column in
      min(48, ([columns[column]] + lines.map { $0.cells[column] }).map(\.count).max() ?? 0)
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { cells[$0].padded(to: widths[$0], onTheLeft: numeric.contains($0)) }
      return padded.joined(separator: "  ").trimmedAtEnd
    }
    let multiples = heightMultiple == widthMultiple ? "\(heightMultiple)" : "\(heightMultiple) and \(widthMultiple)"
    var text = [
      "\(name): \(classNames.count) classes, input \(inputHeight)x\(inputWidth) (multiples of \(multiples))", "",
    ]
    text.append(line(columns))
    var section = ""
    for row in lines {
      if row.section != section {
        section = row.section
        text.append(section)
      }
      text.append(line(row.cells))
    }
    return (text + [""] + totals).joined(separator: "\n")
  }

  /// The totals side by side.
  var totals: [String] {
    let named = [("training as written", training), ("stripped", stripped), ("stripped and fused", inference)]
    let width = 22
    return [
      "".padded(to: width) + "parameters".padded(to: 14, onTheLeft: true) + "GFLOPs".padded(to: 10, onTheLeft: true)
    ]
      + named.map { name, cost in
        name.padded(to: width) + grouped(cost.parameters).padded(to: 14, onTheLeft: true)
          + decimal(Double(cost.flops) * 1e-9, places: 2).padded(to: 10, onTheLeft: true)
      }
  }
}

/// A whole number with its thousands apart: 25,288,768.
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits = String(digits.dropLast(3))
  }
  return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}

extension String {
  var trimmedAtEnd: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
