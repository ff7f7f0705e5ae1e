import Foundation
import Tensors
import TestSupport
import Testing

@testable import PyTorch

/// Files that no training wrote: each is rejected in one sentence or read, with limited time and memory.
struct HostileCheckpointTests {
  private typealias P = HandmadePickle
  private static let storage = [(name: "0", values: [Float](arrayLiteral: 1, 2, 3, 4))]

  private func refusal(_ open: () throws -> Void) -> String {
    do {
      try open()
      return "it was read"
    } catch let error as TensorFileError {
      return error.description
    } catch {
      return "\(error)"
    }
  }

  private func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(bytes, count: count).joined())
  }

  private func refusal(of tensor: [UInt8], hasStorage: Bool = true) -> String {
    refusal {
      let model = try P(P.dictionary([("w", tensor)])).open(storages: hasStorage ? Self.storage : []).model(nil)
      _ = try model.tensor("w")
    }
  }

  @Test func aTensorIsAViewOfItsStorage() throws {
    let tensor = P.tensor(offset: 1, shape: [2, 2], strides: [1, 1])
    let model = try P(P.dictionary([("w", tensor)])).open(storages: Self.storage).model(nil)
    #expect(try model.tensor("w") == Tensor(shape: [2, 2], values: [2, 3, 3, 4]))
  }

  @Test(arguments: [
    (P.tensor(shape: [2], strides: [-1]), "negative stride or offset"),
    (P.tensor(offset: -1, shape: [2], strides: [1]), "negative stride or offset"),
    (P.tensor(shape: [-2], strides: [1]), "an impossible size"),
    (P.tensor(shape: [Int.max, Int.max], strides: [0, 0]), "an impossible size"),
    (P.tensor(shape: [1 << 40], strides: [0]), "more elements than the size of the file allows"),
    (P.tensor(shape: [2, 2], strides: [Int.max, Int.max]), "reaches beyond its storage"),
    (P.tensor(offset: Int.max, shape: [2], strides: [1]), "reaches beyond its storage"),
    (P.tensor(offset: 3, shape: [2], strides: [1]), "reaches beyond its storage"),
    (P.tensor(storageCount: 5, shape: [5], strides: [1]), "a storage of 16 bytes"),
    (P.tensor(storageCount: Int.max, shape: [5], strides: [1]), "impossible size"),
    (P.tensor(storageCount: -1, shape: [0], strides: [1]), "names no storage"),
    (P.tensor(shape: [1], strides: []), "sizes that are not numbers"),
    (P.tensor(shape: [Int](repeating: 1, count: 65), strides: []), "has no sizes"),
  ])
  func impossibleTensorsAreRefused(_ tensor: [UInt8], _ says: String) {
    let refusal = refusal(of: tensor)
    #expect(refusal.contains(says) && refusal.contains("'w'"), "\(refusal)")
  }

  @Test(arguments: [
    (P.tensor(storage: "7", shape: [1], strides: [1]), "a storage that is not in the file"),
    (P.tensor(storageClass: "QInt8Storage", shape: [1], strides: [1]), "the unknown type 'torch.QInt8Storage'"),
    (P.global("torch._utils", "_rebuild_sparse_tensor") + P.tuple([0x4E]) + [0x52], "only dense tensors can be read"),
  ])
  func tensorsOfUnknownKindsAreRefused(_ tensor: [UInt8], _ says: String) {
    let refusal = refusal(of: tensor, hasStorage: false)
    #expect(refusal.contains(says) && refusal.contains("'w'"), "\(refusal)")
  }

  @Test func aStrideOfOneElementMeansNothing() throws {
    let tensor = P.tensor(shape: [1, 2, 1], strides: [Int.max, 1, Int.max])
    let model = try P(P.dictionary([("w", tensor)])).open(storages: Self.storage).model(nil)
    #expect(try model.tensor("w").values == [1, 2])
  }

  @Test func nestingIsNoDepth() throws {
    // A million nested lists, and parameters that wrap each other.
    let lists = repeated([0x5D], 1_000_000) + repeated([0x61], 999_999)
    #expect(refusal { _ = try P(lists).open() }.contains("no model in this file"))
    let wrap = P.global("torch._utils", "_rebuild_parameter")
    let nested = repeated(wrap, 1000) + [0x4E] + repeated([0x85, 0x52], 1000)
    #expect(refusal(of: nested, hasStorage: false).contains("there is no tensor 'w'"))
  }

  @Test func aMillionAppendsTakeNoTime() throws {
    let appends = [0x5D] + repeated([0x4E, 0x61], 1_000_000)
    let items = [0x7D] + repeated([0x4E, 0x4E, 0x73], 500_000)
    for bytes in [appends, items] { #expect(refusal { _ = try P(bytes).open() }.contains("no model in this file")) }
  }

  /// Module k contains module k + 1 twice: 2ᵏ modules in a few bytes each.
  private func modules(_ count: Int, last: [UInt8]) -> [UInt8] {
    var bytes = module([("end", last)]) + [0x71, 0]
    for _ in 0..<count { bytes = bytes + [0x30] + module([("a", [0x68, 0]), ("b", [0x68, 0])]) + [0x71, 0] }
    return bytes
  }

  @Test func doublingAndSelfContainingModulesAreRefused() throws {
    #expect(refusal { _ = try P(modules(64, last: [0x4E])).open().model(nil) }.contains("too many modules"))
    // The last module is added to itself after it was stored.
    let itself =
      P.global("m", "M") + [0x29, 0x81, 0x71, 1]
      + P.dictionary([("_modules", P.dictionary([("self", [0x68, 1])])), ("_parameters", [0x7D])]) + [0x62]
    #expect(refusal { _ = try P(itself).open().model(nil) }.contains("too many modules"))
    let few = try P(modules(3, last: P.global("m", "M") + [0x29, 0x81, 0x7D, 0x62])).open().model(nil)
    #expect(few.tensors.isEmpty)
  }

  /// A module with some entries in its state, in addition to those of every module.
  private func module(_ members: [(String, [UInt8])] = [], _ attributes: [(String, [UInt8])] = []) -> [UInt8] {
    let state = P.dictionary([("_modules", P.dictionary(members)), ("_parameters", [0x7D])] + attributes)
    return P.global("m", "M") + [0x29, 0x81] + state + [0x62]
  }

  @Test func valuesSharedByManyModulesAreReadSeldom() throws {
    // A list of a million, stored as 0, and a thousand modules that contain it.
    let list = [0x5D, 0x28] + repeated([0x4E], 1_000_000) + [0x65, 0x71, 0, 0x30]
    let shared = module([], [("_non_persistent_buffers_set", [0x68, 0])])
    let root = module((0..<1000).map { ("m\($0)", shared) })
    #expect(refusal { _ = try P(list, root).open().model(nil) }.contains("too many modules"))
  }

  @Test func aModuleHasFewAttributesAndShortNames() throws {
    let attributes = (0..<2000).map { ("a\($0)", [0x4E] as [UInt8]) }
    #expect(refusal { _ = try P(module([], attributes)).open() }.contains("no model in this file"))
    let inner = module([("m", module())])
    let long = module([(String(repeating: "x", count: 2000), inner)])
    #expect(refusal { _ = try P(long).open().model(nil) }.contains("a name of more than 1000 bytes"))
  }

  @Test func commandsAreNames() throws {
    let command = P.global("os", "system") + P.tuple(P.text("touch /tmp/gelan-was-here")) + [0x52]
    let tensor = P.tensor(shape: [2], strides: [1])
    let model = try P(P.dictionary([("w", tensor), ("x", command)])).open(storages: Self.storage).model(nil)
    #expect(model.tensors.map(\.name) == ["w"])
    #expect(refusal(of: command, hasStorage: false).contains("no model in this file"))
    #expect(!FileManager.default.fileExists(atPath: "/tmp/gelan-was-here"))
  }

  @Test(
    arguments: [
      ([0x2E], "takes a value from an empty stack"), ([0x28, 0x2E], "takes a value from an empty stack"),
      ([0x74], "a mark that was not set"), ([0x68, 9], "reads a value"), ([0x80, 6], "protocol 6"),
      ([0x82, 1], "the operation 0x82"), ([0x4E, 0x4E, 0x61], "not a list"),
      ([0x4E, 0x28, 0x4E, 0x75], "without a value"),
      ([0x4E, 0x4E, 0x52], "without a tuple"), ([0x58, 0xFF, 0xFF, 0xFF, 0xFF], "ends too early"),
      ([0x8B, 0xFF, 0xFF, 0xFF, 0xFF], "ends too early"),
      ([0x8D] + [UInt8](repeating: 0xFF, count: 8), "ends too early"),
      ([0x28, 0x6F], "without a class"), ([0x4E, 0x4E, 0x93], "a value that is not a string"),
      ([0x49, 0x78, 0x0A], "malformed number"),
    ] as [([UInt8], String)])
  func malformedPicklesAreRefused(_ bytes: [UInt8], _ says: String) {
    let refusal = refusal { _ = try P(bytes).open() }
    #expect(refusal.contains(says) && refusal.contains("byte"), "\(refusal)")
  }

  // MARK: - Archives

  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: CheckpointFixtureTests.path(name + ".pt"))))
  }

  /// Reads the whole content of a file.
  private func read(_ bytes: [UInt8]) throws {
    let file = try PyTorchFile(bytes: bytes)
    for key in file.keys.isEmpty ? [nil] : file.keys.map(Optional.some) {
      let model = try file.model(key)
      for (name, tensor) in model.tensors {
        #expect(try model.withBytes(of: name) { $0.count } == tensor.count * tensor.type.byteCount)
      }
    }
  }

  @Test(arguments: ["state-dict", "legacy"]) func aFileThatIsCutShortIsRefused(_ name: String) throws {
    let bytes = try Self.bytes(name)
    for count in 0..<bytes.count {
      #expect(throws: TensorFileError.self, "\(count)") { try read(Array(bytes[..<count])) }
    }
  }

  @Test(arguments: ["state-dict", "types", "views", "modules", "shared-modules", "legacy", "protocol-4"])
  func aDamagedFileIsRefusedOrRead(_ name: String) throws {
    let bytes = try Self.bytes(name)
    var read = 0
    for seed in 0..<1000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<4, using: &generator) {
        let place = Int.random(in: damaged.indices, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: damaged[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x28, 0x2E].randomElement(using: &generator) ?? 0
        case 2: damaged.remove(at: place)
        default: damaged.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        }
      }
      do {
        try self.read(damaged)
        read += 1
      } catch is TensorFileError {}
    }
    #expect(read < 1000)
  }

  @Test func archivesAreCheckedBeforeUse() throws {
    let bytes = try Self.bytes("state-dict")
    let directory = try #require(bytes.firstRange(of: [0x50, 0x4B, 1, 2])).lowerBound
    func changed(_ change: (inout [UInt8]) -> Void) -> String {
      var copy = bytes
      change(&copy)
      return refusal { try read(copy) }
    }
    #expect(changed { $0[directory + 10] = 8 }.contains("is compressed"))
    #expect(changed { $0[directory + 8] |= 1 }.contains("is encrypted"))
    #expect(
      changed { copy in
        for place in copy.ranges(of: Array("/data/0".utf8)) { copy.replaceSubrange(place, with: Array("/code/0".utf8)) }
      }.contains("this is a TorchScript program"))
    // The ranges of the first two entries overlap when the second is said to begin where the first does.
    let second = try #require(bytes[(directory + 4)...].firstRange(of: [0x50, 0x4B, 1, 2])).lowerBound
    #expect(
      changed { copy in
        copy.replaceSubrange(second + 42..<second + 46, with: copy[directory + 42..<directory + 46])
      }.contains("another name"))
    // A bit of a weight.
    let data = try bytes.withUnsafeBytes { buffer in
      try #require(try ZipArchive(buffer, path: "").entries.first { $0.name.hasSuffix("/data/0") }).range.lowerBound
    }
    #expect(changed { $0[data] ^= 1 }.contains("checksum differs"))
    let order = try #require(bytes.firstRange(of: Array("little".utf8)))
    #expect(changed { $0.replaceSubrange(order, with: Array("bigger".utf8)) }.contains("damaged"))
  }

  @Test func otherFilesAreNamed() throws {
    #expect(refusal { _ = try PyTorchFile(bytes: []) }.contains("neither of PyTorch's formats"))
    #expect(refusal { _ = try PyTorchFile(bytes: Array("PK\u{3}\u{4}".utf8)) }.contains("directory is missing"))
    #expect(refusal { _ = try PyTorchFile(path: "/nowhere.pt") }.contains("/nowhere.pt"))
  }
}
