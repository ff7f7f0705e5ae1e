/// Damages the bytes of texts and headers reproducibly.
package struct ByteMutator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// The next number of the SplitMix64 sequence.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  package mutating func number(below bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  /// The bytes after one to four changes: replaced, flipped, inserted, removed, repeated or cut off.
  package mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    let telling = Array(#"{}[],:"\-+.eE0123456789 ux"#.utf8) + [0, 1, 0x7F, 0x80, 0xC0, 0xFF]
    var bytes = original
    for _ in 0...number(below: 4) {
      guard !bytes.isEmpty else { break }
      let place = number(below: bytes.count)
      switch number(below: 12) {
      case 0...3: bytes[place] = telling[number(below: telling.count)]
      case 4...5: bytes[place] ^= 1 << UInt8(number(below: 8))
      case 6...7: bytes.insert(telling[number(below: telling.count)], at: place)
      case 8...9: bytes.removeSubrange(place..<min(bytes.count, place + 1 + number(below: 3)))
      case 10: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + number(below: 20))], at: place)
      default: bytes.removeLast(number(below: bytes.count / 2))
      }
    }
    return bytes
  }
}
