import Tensors

@testable import PyTorch

/// A pickle assembled from single operations, in a file of PyTorch's older format.
struct HandmadePickle {
  private(set) var bytes: [UInt8] = [0x80, 2]

  static func + (left: HandmadePickle, right: HandmadePickle) -> HandmadePickle {
    var sum = left
    sum.bytes += right.bytes.dropFirst(2)
    return sum
  }

  init() {}

  init(_ parts: [UInt8]...) { bytes += parts.joined() }

  /// The whole file: PyTorch's magic number, version, machine, this pickle, the names of storages, and their floats.
  func file(storages: [(name: String, values: [Float])] = []) -> [UInt8] {
    var file: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    file += [0x80, 2, 0x4D, 0xE9, 3, 0x2E]
    file += [0x80, 2] + Self.dictionary([("little_endian", [0x88])]) + [0x2E]
    file += bytes + [0x2E]
    file += [0x80, 2, 0x5D, 0x28] + storages.flatMap { Self.text($0.name) } + [0x65, 0x2E]
    for (_, values) in storages {
      file += withUnsafeBytes(of: Int64(values.count).littleEndian, Array.init)
      file += values.withUnsafeBytes(Array.init)
    }
    return file
  }

  func open(storages: [(name: String, values: [Float])] = []) throws(TensorFileError) -> PyTorchFile {
    try PyTorchFile(bytes: file(storages: storages))
  }

  static func text(_ text: String) -> [UInt8] {
    [0x58] + withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian, Array.init) + Array(text.utf8)
  }

  static func integer(_ number: Int) -> [UInt8] {
    [0x8A, 8] + withUnsafeBytes(of: Int64(number).littleEndian, Array.init)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  static func tuple(_ elements: [UInt8]...) -> [UInt8] { [0x28] + elements.joined() + [0x74] }

  static func dictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
    [0x7D, 0x28] + members.flatMap { text($0.0) + $0.1 } + [0x75]
  }

  /// A call of PyTorch's function that rebuilds tensors.
  static func tensor(
    storage: String = "0", storageClass: String = "FloatStorage", storageCount: Int = 4, offset: Int = 0, shape: [Int],
    strides: [Int]
  ) -> [UInt8] {
    let identity = tuple(
      text("storage"), global("torch", storageClass), text(storage), text("cpu"), integer(storageCount), [0x4E])
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(
        identity + [0x51], integer(offset), [0x28] + shape.flatMap(integer) + [0x74],
        [0x28] + strides.flatMap(integer) + [0x74], [0x89], [0x4E])
      + [0x52]
  }
}
