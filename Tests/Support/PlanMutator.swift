import Foundation

/// Damages files and the text of plans reproducibly.
package struct PlanMutator {
  private var generator: SeededGenerator

  package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// The bytes after one to four changes: replaced, flipped, inserted, removed or truncated.
  package mutating func mutated(_ original: [UInt8], within range: Range<Int>) -> [UInt8] {
    let telling = Array(#"{}[],:"\-+.eE0123456789 xbn"#.utf8) + [0, 0x7F, 0x80, 0xFF]
    var bytes = original
    for _ in 0..<generator.integer(in: 1...4) {
      let place = generator.integer(in: range.lowerBound...min(range.upperBound, bytes.count) - 1)
      switch generator.integer(in: 0...9) {
      case 0...4: bytes[place] = generator.pick(telling)
      case 5...6: bytes[place] ^= 1 << UInt8(generator.integer(in: 0...7))
      case 7: bytes.insert(generator.pick(telling), at: place)
      case 8: bytes.removeSubrange(place..<min(bytes.count, place + generator.integer(in: 1...3)))
      default: if generator.chance(0.1) { bytes.removeLast(generator.integer(in: 1...bytes.count / 2)) }
      }
      if bytes.count <= range.lowerBound { return bytes }
    }
    return bytes
  }

  /// The text of a plan after one to three changes that keep its general form.
  package mutating func mutated(planText: String) -> String {
    var lines = planText.split(separator: "\n").map(String.init)
    for _ in 0..<generator.integer(in: 1...3) where lines.count > 2 {
      let (one, other) = (generator.integer(in: 0...lines.count - 1), generator.integer(in: 0...lines.count - 1))
      switch generator.integer(in: 0...11) {
      case 0: lines.remove(at: one)
      case 1: lines.insert(lines[other], at: one)
      case 2: lines.swapAt(one, other)
      case 3...4: exchange(#"b\d+\[\d+:\d+\]"#, &lines, one, other)
      case 5: exchange(#"= [a-z0-9_]+\("#, &lines, one, other)
      case 6: exchange(#"\{.*\}"#, &lines, one, other)
      case 7: exchange(#"[a-z]+=[^ }]+"#, &lines, one, other)
      case 8: if generator.chance(0.2) { lines.removeLast(lines.count - max(one, 1)) }
      default: changeNumber(&lines[one])
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func matches(_ pattern: String, in line: String) -> [Range<String.Index>] {
    guard let expression = try? NSRegularExpression(pattern: pattern) else {
      preconditionFailure("\(pattern) is a pattern.")
    }
    let whole = NSRange(line.startIndex..., in: line)
    return expression.matches(in: line, range: whole).compactMap { Range($0.range, in: line) }
  }

  /// Replaces a part of one line by a part of another.
  private mutating func exchange(_ pattern: String, _ lines: inout [String], _ one: Int, _ other: Int) {
    let (targets, sources) = (matches(pattern, in: lines[one]), matches(pattern, in: lines[other]))
    guard !targets.isEmpty, !sources.isEmpty else { return changeNumber(&lines[one]) }
    let replacement = String(lines[other][generator.pick(sources)])
    lines[one].replaceSubrange(generator.pick(targets), with: replacement)
  }

  private mutating func changeNumber(_ line: inout String) {
    let places = matches(#"-?\d+"#, in: line)
    guard !places.isEmpty else { return }
    let place = generator.pick(places)
    let number = Int(line[place]) ?? 0
    let changed = generator.pick([
      number &+ 1, number &- 1, number &* 2, number / 2, 0, 1, -1, 3, 4096, 4097, 1 << 30, 1 << 31, .max, .min,
      generator.integer(in: 0...64),
    ])
    line.replaceSubrange(place, with: String(changed))
  }
}
