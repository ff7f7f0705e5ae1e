import TestSupport
import Testing

@testable import Tensors

/// Files that must be rejected, each with the message.
@Suite struct TensorFileRefusalTests {
  private func expectRefusal(_ bytes: [UInt8], _ message: String) {
    #expect { try TensorFile(bytes: bytes, name: "m") } throws: { error in
      let description = String(describing: error)
      #expect(description == "'m': " + message)
      return true
    }
  }

  @Test(
    arguments: [
      ([], "it is empty"),
      ([1, 2, 3], "its 3 bytes cannot hold a header"),
      (Array("PK\u{3}\u{4}rest of an archive".utf8), "it is a zip archive, as PyTorch checkpoints (.pt) are"),
      ([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C], "it is a Python pickle, as old PyTorch checkpoints are"),
      (Array("nc: 80\nbackbone: []\n".utf8), "it is text"),
      ([UInt8](repeating: 0xFF, count: 16), "a header of 18446744073709551615 bytes is larger than allowed"),
      ([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, 0x7B], "a header of 100000001 bytes is larger than allowed"),
      ([9, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], "its header needs 9 bytes, but only 2 follow; it may be truncated"),
      ([0, 0, 0, 0, 0, 0, 0, 0], "its header does not start with '{'"),
      ([2, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x7B], "its header does not start with '{'"),
      (file("{"), "its header is invalid JSON at byte 1: expected a key in quotes, found the end of the text"),
      (file("{\"\u{1}\":0}"), "its header is invalid JSON at byte 2: a control character in a string must be escaped"),
      (file(#"{"a":0,"a":0}"#), "its header is invalid JSON at byte 7: duplicate key 'a'"),
    ] as [([UInt8], String)])
  func refusesOtherFiles(bytes: [UInt8], reason: String) {
    expectRefusal(bytes, "not a safetensors file: " + reason)
  }

  @Test(arguments: [
    ("[]", "is described by something else than an object"),
    ("{}", "has no 'dtype'"),
    (#"{"dtype":1}"#, "has no 'dtype'"),
    (#"{"dtype":"F31"}"#, "has the unknown element type 'F31'"),
    (#"{"dtype":"F32"}"#, "has no 'shape' of non-negative whole numbers"),
    (#"{"dtype":"F32","shape":1}"#, "has no 'shape' of non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[-1]}"#, "has no 'shape' of non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[1.0]}"#, "has no 'shape' of non-negative whole numbers"),
    (#"{"dtype":"F32","shape":["1"]}"#, "has no 'shape' of non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[9223372036854775808]}"#, "has no 'shape' of non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[1]}"#, "has no 'data_offsets' of two non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[1],"data_offsets":[0]}"#, "has no 'data_offsets' of two non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}"#, "has no 'data_offsets' of two non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}"#, "has no 'data_offsets' of two non-negative whole numbers"),
    (#"{"dtype":"F32","shape":[1],"data_offsets":[4,0]}"#, "ends at offset 0, before its start at 4"),
    (
      #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
      "needs bytes up to offset 8, but the file ends at 4; it may be truncated"
    ),
    (
      #"{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}"#,
      "needs bytes up to offset 9223372036854775807, but the file ends at 4; it may be truncated"
    ),
    (
      #"{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}"#,
      "has more elements than any file can hold"
    ),
    (
      #"{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,4]}"#, "has more elements than any file can hold"
    ),
    (#"{"dtype":"F32","shape":[2],"data_offsets":[0,4]}"#, "needs 8 bytes for its shape [2] of F32, but has 4"),
    (#"{"dtype":"F32","shape":[0],"data_offsets":[0,4]}"#, "needs 0 bytes for its shape [0] of F32, but has 4"),
    (#"{"dtype":"F16","shape":[],"data_offsets":[0,4]}"#, "needs 2 bytes for its shape [] of F16, but has 4"),
  ])
  func refusesEntries(entry: String, reason: String) {
    expectRefusal(file(#"{"a":\#(entry)}"#, dataCount: 4), "tensor 'a' " + reason)
  }

  @Test(arguments: [
    ([(0, 4), (0, 4)], "tensor 'b' overlaps tensor 'a'"), ([(0, 8), (4, 8)], "tensor 'b' overlaps tensor 'a'"),
    ([(0, 4), (5, 8)], "tensor 'b' starts 1 bytes after the end of the one before it"),
    ([(4, 8)], "tensor 'a' starts 4 bytes after the end of the one before it"),
    ([(0, 4)], "its last 4 bytes belong to no tensor"), ([], "its last 8 bytes belong to no tensor"),
    ([(0, 8), (4, 4)], "tensor 'b' overlaps tensor 'a'"),
  ])
  func refusesLayouts(ranges: [(Int, Int)], message: String) {
    let entries = zip("abc", ranges).map { name, range in
      #""\#(name)":{"dtype":"U8","shape":[\#(range.1 - range.0)],"data_offsets":[\#(range.0),\#(range.1)]}"#
    }
    expectRefusal(file("{" + entries.joined(separator: ",") + "}", dataCount: 8), message)
  }

  @Test(arguments: [
    ("[]", "its metadata is no JSON object"), (#"{"k":1}"#, "its metadata 'k' is not a string"),
    (#"{"\u001b[31m":null}"#, #"its metadata '\u{1B}[31m' is not a string"#),
  ])
  func refusesMetadata(metadata: String, message: String) {
    expectRefusal(file(#"{"__metadata__":\#(metadata)}"#), message)
  }

  @Test func survivesMutations() throws {
    let header =
      #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"#
      + #""c":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]},"#
      + #""d":{"dtype":"F64","shape":[],"data_offsets":[14,22]}}"#
    let seed = file(header, dataCount: 22)
    _ = try TensorFile(bytes: seed)
    var mutator = ByteMutator(seed: 2)
    var opened = 0
    for round in 0..<20_000 {
      var bytes = mutator.mutated(seed)
      // Most changes break the length of the header; half of the rounds repair it, to test later checks.
      if round % 2 == 0, bytes.count > 30 {
        bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: UInt64(bytes.count - 30).littleEndian, Array.init))
      }
      guard let file = try? TensorFile(bytes: bytes) else { continue }
      opened += 1
      for name in file.names {
        _ = try? file.tensor(name)
        _ = file.mappedFloats(name)?.reduce(0, +)
      }
    }
    #expect(opened > 100, "the mutations never reach the tensors")
  }
}

/// A file with the correct length before its header, followed by bytes with ascending values.
private func file(_ header: String, dataCount: Int = 0) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
    + Array(0..<UInt8(dataCount))
}
