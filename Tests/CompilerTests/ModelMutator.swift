import TestSupport

/// Damages model files reproducibly: by bytes, lines and words.
struct ModelMutator {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  private mutating func number(below bound: Int) -> Int { Int(generator.next() % UInt64(max(bound, 1))) }

  private mutating func element<Element>(of elements: [Element]) -> Element { elements[number(below: elements.count)] }

  /// The text after one to three changes.
  mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0...number(below: 3) where !bytes.isEmpty {
      switch number(below: 10) {
      case 0: changeByte(&bytes)
      case 1...2: changeLines(&bytes)
      case 3...6:
        replaceWord(&bytes) { $0.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") } }
      case 7...8: replaceWord(&bytes) { _ in true }
      default: dropBracket(&bytes)
      }
    }
    return bytes
  }

  private mutating func changeByte(_ bytes: inout [UInt8]) {
    let place = number(below: bytes.count)
    switch number(below: 4) {
    case 0: bytes[place] = UInt8(number(below: 256))
    case 1: bytes[place] = element(of: Array(#"[]{}:,-#&*!|>'"%@.?"#.utf8) + [0, 9, 10, 13, 0x80, 0xEF])
    case 2: bytes.remove(at: place)
    default: bytes.removeLast(number(below: bytes.count))
    }
  }

  private mutating func changeLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let (first, second) = (number(below: lines.count), number(below: lines.count))
    switch number(below: 3) {
    case 0: lines.swapAt(first, second)
    case 1: lines.remove(at: first)
    default: lines.insert(lines[first], at: second)
    }
    bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  /// Replaces a word by another word of the file, or by an extreme number.
  private mutating func replaceWord(_ bytes: inout [UInt8], where isEligible: (ArraySlice<UInt8>) -> Bool) {
    let words = bytes.split { !($0.isDigit || $0.isLetter || "._-*".utf8.contains($0)) }
    let eligible = words.filter(isEligible)
    guard !eligible.isEmpty else { return }
    let old = element(of: eligible)
    let hard = [
      "0", "-1", "1", "2", "3", "7", "63", "64", "1000", "65537", "2147483647", "1048577", "-9223372036854775808",
      "9223372036854775807", "1e308", "0.5", "none", "[]", "[[0, 1]]", "x", "-1 // 0", "*a", "&a 1", "true",
    ]
    let new = number(below: 2) == 0 ? Array(element(of: hard).utf8) : Array(element(of: words))
    bytes.replaceSubrange(old.startIndex..<old.endIndex, with: new)
  }

  private mutating func dropBracket(_ bytes: inout [UInt8]) {
    let brackets = bytes.indices.filter { "[]{}\"'".utf8.contains(bytes[$0]) }
    guard !brackets.isEmpty else { return }
    bytes.remove(at: element(of: brackets))
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
