import Testing

@testable import Files

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4's companion (csrc.nist.gov, SHA256.pdf and the long message of SHA-2 additional).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func hashesThePublishedExamples(message: String, digest: String) {
    #expect(Array(message.utf8).withUnsafeBytes { SHA256.hexadecimalDigest(of: $0) } == digest)
  }

  @Test func hashesAMillionLetters() {
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      letters.withUnsafeBytes { SHA256.hexadecimalDigest(of: $0) }
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// The digest does not depend on how a message is split: all lengths around the limits of blocks and of the padding.
  @Test func piecesMakeNoDifference() {
    let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for count in 0...300 {
      let whole = message[..<count].withUnsafeBytes { SHA256.hexadecimalDigest(of: $0) }
      for step in [1, 7, 55, 64, 65] {
        var hash = SHA256()
        for start in stride(from: 0, to: count, by: step) {
          hash.update(Array(message[start..<min(count, start + step)]))
        }
        #expect(hash.hexadecimalDigest() == whole, "\(count) bytes by \(step)")
      }
    }
  }
}
