import Testing

@testable import Detection

/// Damaged files must give an image or an error; a trap would end the whole run.
@Suite struct MutationTests {
  @Test("Mutated files never trap", arguments: Fixture.validImages)
  func survives(name: String) throws {
    let original = try Fixture.bytes(name)
    var generator = SeededGenerator(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    for _ in 0..<200 {
      let mutated = mutate(original, with: &generator)
      guard let image = try? decode(mutated), image.width * image.height < 100_000 else { continue }
      #expect(image.pixels.count == image.width * image.height * 3)
    }
  }

  /// Returns the file after one to four random edits, mostly after the signature so that the decoders see them.
  private func mutate(_ file: [UInt8], with generator: inout SeededGenerator) -> [UInt8] {
    var file = file
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard file.count > 8 else { return file }
      let offset = Int.random(in: 2..<file.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: file[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: file[offset] = .random(in: 0...255, using: &generator)
      case 2: file[offset] = Bool.random(using: &generator) ? 0xFF : 0
      case 3: file.insert(.random(in: 0...255, using: &generator), at: offset)
      case 4: file.removeSubrange(offset..<min(offset + Int.random(in: 1..<9, using: &generator), file.count))
      default: file.replaceSubrange(offset..<file.count, with: file[offset...].shuffled(using: &generator).prefix(64))
      }
    }
    return file
  }
}
