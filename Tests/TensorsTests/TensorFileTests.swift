import Files
import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct TensorFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func readsAFileWrittenByPython() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    let file = try TensorFile(path: path + "/Fixtures/tensors/python.safetensors")
    #expect(file.metadata == ["format": "np", "note": "grüße"])
    #expect(Set(file.names) == ["single", "half", "double", "whole", "flags", "empty", "scalar"])
    #expect(try file.tensor("single") == Tensor(shape: [2, 3], values: [1, -2.5, 3, 0.125, 1e30, -0.0]))
    #expect(try file.floats("half") == [1, -0.5, 65504, 0x1p-24])
    #expect(try file.floats("double") == [0.1, .infinity])
    #expect(try file.tensor("empty") == Tensor(shape: [0, 3], values: []))
    #expect(try file.tensor("scalar") == Tensor(shape: [], values: [7]))
    #expect(file["whole"]?.type == .int64)
    #expect(file["whole"]?.count == 2)
    #expect(file.mappedBytes("flags").map(Array.init) == [1, 0])
    #expect(throws: TensorFileError.tensor("whole", in: file.path, "holds I64, not floating-point numbers")) {
      try file.floats("whole")
    }
    #expect(throws: TensorFileError(file.path, "there is no tensor 'absent'")) { try file.floats("absent") }
    #expect(file.mappedFloats("half") == nil)
    #expect(file.mappedFloats("absent") == nil)
  }

  @Test func readsWhatItWrites() throws {
    let tensors: [(name: String, tensor: Tensor)] = [
      ("odd", Tensor(shape: [3], values: [1, .nan, -.infinity])),
      ("aligned", Tensor(shape: [4, 8], values: (0..<32).map(Float.init))),
      ("nothing", Tensor(shape: [2, 0], values: [])),
      ("one \"quoted\"\n", Tensor(shape: [], values: [-0.0])),
      ("large", Tensor(shape: [5, 16384], values: (0..<81920).map { Float($0) / 3 })),
    ]
    let metadata = ["plan": "{\"rows\": []}\n", "é": ""]
    try writeTensorFile(path: folder.path("w"), tensors: tensors, metadata: metadata)
    let file = try TensorFile(path: folder.path("w"))
    #expect(file.metadata == metadata)
    #expect(Set(file.names) == Set(tensors.map(\.name)))
    for (name, tensor) in tensors {
      #expect(file[name]?.shape == tensor.shape)
      let mapped = try #require(file.mappedFloats(name))
      #expect(mapped.map(\.bitPattern) == tensor.values.map(\.bitPattern))
      #expect(try file.floats(name).map(\.bitPattern) == tensor.values.map(\.bitPattern))
      #expect(try file.withFloats(name) { $0.map(\.bitPattern) } == tensor.values.map(\.bitPattern))
    }
    // The data starts at a multiple of 64; tensors that preserve the alignment come first.
    #expect(file.entries[0].byteRange.lowerBound % 64 == 0)
    #expect(file["aligned"]!.byteRange.lowerBound % 64 == 0)
    #expect(file["large"]!.byteRange.lowerBound % 64 == 0)

    try writeTensorFile(path: folder.path("again"), tensors: tensors, metadata: metadata)
    #expect(
      try readFile(path: folder.path("w"), limit: 1 << 20) == readFile(path: folder.path("again"), limit: 1 << 20))
  }

  /// Wider elements come before narrower ones, so that each tensor is aligned to its element size.
  @Test func narrowTensorsKeepTheOthersAligned() throws {
    let odd = Tensor(shape: [3], values: [1, 2, 3])
    let tensors = [
      try #require(StoredTensor("half", odd, as: .fp16)), StoredTensor("single", odd),
      try #require(StoredTensor("brain", odd, as: .bf16)),
      StoredTensor("line", Tensor(shape: [16], values: (0..<16).map(Float.init))),
    ]
    try writeTensorFile(path: folder.path("mixed"), tensors: tensors)
    let file = try TensorFile(path: folder.path("mixed"))
    #expect(file.names == ["line", "single", "half", "brain"])
    #expect(file.entries[0].byteRange.lowerBound % 64 == 0)
    for tensor in tensors {
      #expect(file[tensor.name]?.type == tensor.type && file[tensor.name]?.shape == tensor.shape)
      #expect(try file.tensor(tensor.name) == tensor.tensor)
    }
    #expect(file.mappedFloats("single").map(Array.init) == [1, 2, 3])
  }

  @Test func writesAndReadsNoTensors() throws {
    try writeTensorFile(path: folder.path("none"), tensors: [])
    let file = try TensorFile(path: folder.path("none"))
    #expect(file.names.isEmpty && file.metadata.isEmpty)
  }

  @Test func refusesBadNames() throws {
    let tensor = Tensor(shape: [1], values: [1])
    let path = folder.path("bad")
    #expect(throws: TensorFileError.tensor("a", in: path, "is given twice")) {
      try writeTensorFile(path: path, tensors: [("a", tensor), ("b", tensor), ("a", tensor)])
    }
    #expect(throws: TensorFileError.tensor("__metadata__", in: path, "has a reserved name")) {
      try writeTensorFile(path: path, tensors: [("__metadata__", tensor)])
    }
    #expect(folder.contents == [])
  }

  @Test func refusesPathsThatAreNoFiles() {
    expect("cannot read '\(folder.path)': it is a directory") { try TensorFile(path: folder.path) }
    expect("cannot read 'absent.safetensors': No such file or directory") { try TensorFile(path: "absent.safetensors") }
    expect("cannot read '/dev/null': it is not a regular file") { try TensorFile(path: "/dev/null") }
    expect("cannot read 'a\\0b': the path contains a zero byte") { try TensorFile(path: "a\0b") }
    expect("cannot write 'absent/w': No such file or directory") { try writeTensorFile(path: "absent/w", tensors: []) }
  }

  /// Pages that were released contain the same values afterwards, for a file and for bytes in memory.
  @Test func pagesThatAreReleasedKeepTheirNumbers() throws {
    let numbers = (0..<40_000).map { Float($0) }
    let path = folder.path("large.safetensors")
    try writeTensorFile(path: path, tensors: [StoredTensor("a", Tensor(shape: [40_000], values: numbers))])
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for file in [try TensorFile(path: path), try TensorFile(bytes: bytes)] {
      file.releasePages(of: "a")
      #expect(try file.floats("a") == numbers)
    }
  }

  @Test func readsUnalignedData() throws {
    let header =
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"#
      + #""b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [9, 0, 0, 0x80, 0x3F]
    let file = try TensorFile(bytes: bytes)
    #expect(file.names == ["b", "a"])
    #expect(try file.floats("a") == [1])
    #expect(try file.withFloats("a") { $0[0] } == 1)
    #expect((8 + header.utf8.count + 1) % 4 == 0 || file.mappedFloats("a") == nil)
  }

  /// An empty tensor has no alignment of its own and shares its offset with a neighbour.
  @Test func readsEmptyTensorsAnywhere() throws {
    let header =
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
      + #""b":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"#
      + #""c":{"dtype":"F16","shape":[3,0],"data_offsets":[2,2]}}"#
    let file = try TensorFile(bytes: [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [1, 2])
    #expect(file.names == ["b", "a", "c"])
    #expect(try file.floats("b") == [])
    #expect(try file.tensor("c").shape == [3, 0])
  }
}

/// Expects an error with a description.
func expect(_ description: String, _ body: () throws -> some Any) {
  #expect {
    _ = try body()
  } throws: { error in
    #expect(String(describing: error) == description)
    return true
  }
}
