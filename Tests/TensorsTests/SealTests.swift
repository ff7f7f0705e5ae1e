import Files
import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct SealTests {
  private let folder: TemporaryFolder
  private let bytes: [UInt8]
  private let headerCount: Int

  init() throws {
    folder = try TemporaryFolder()
    let half = try #require(StoredTensor("half", Tensor(shape: [5], values: [1, 2, 3, 4, 5]), as: .fp16))
    let tensors = [StoredTensor("single", Tensor(shape: [4, 8], values: (0..<32).map(Float.init))), half]
    let path = folder.path("sealed")
    try writeTensorFile(
      path: path, tensors: tensors, metadata: ["a": "b", "z": "\"gelan.header_sha256\":\""], isSealed: true)
    bytes = try readFile(path: path, limit: 1 << 20)
    headerCount = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
  }

  @Test func aFileIsAsItWasWritten() throws {
    let file = try TensorFile(bytes: bytes)
    #expect(file.isSealed && file.hasIntactHeader && file.hasIntactData)
    #expect(file.headerBytes.count == headerCount && file.headerBytes.count % 64 == 0)
    #expect(try file.floats("half") == [1, 2, 3, 4, 5])
    #expect(file["half"]?.type == .fp16)
    let open = try TensorFile(bytes: try unsealed())
    #expect(!open.isSealed && !open.hasIntactHeader && !open.hasIntactData)
  }

  private func unsealed() throws -> [UInt8] {
    try writeTensorFile(path: folder.path("open"), tensors: [("a", Tensor(shape: [1], values: [1]))])
    return try readFile(path: folder.path("open"), limit: 1 << 20)
  }

  /// Every bit of the file belongs to one of the two checksums.
  @Test func everyFlippedBitIsFound() {
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        // A file that cannot be opened needs no checksum.
        guard let file = try? TensorFile(bytes: damaged) else { continue }
        #expect(file.hasIntactHeader == (place >= headerCount), "bit \(bit) of byte \(place)")
        if place >= headerCount { #expect(!file.hasIntactData, "bit \(bit) of byte \(place)") }
      }
    }
  }
}
