import Elements
import Files

/// A tensor on its way to a file, in the type that it is stored in.
package struct StoredTensor: Sendable {
  package let name: String
  package let shape: [Int]
  package let type: ElementType
  private let elements: Elements

  private enum Elements: Sendable {
    case single([Float])
    /// The bits of F16 or BF16 numbers.
    case narrow([UInt16])
    /// The bytes as they lie in a file.
    case raw([UInt8])
  }

  /// A tensor of any type, stored as it is.
  ///
  /// - Precondition: the bytes are as many as the shape and the type say.
  package init(_ name: String, shape: [Int], type: ElementType, bytes: [UInt8]) {
    precondition(elementCount(ofShape: shape).map { $0 * type.byteCount } == bytes.count, "shape and bytes differ")
    self.name = name
    self.shape = shape
    self.type = type
    elements = .raw(bytes)
  }

  /// A tensor stored as F32, without a copy.
  package init(_ name: String, _ tensor: Tensor) {
    self.name = name
    shape = tensor.shape
    type = .fp32
    elements = .single(tensor.values)
  }

  /// A tensor stored as F32, or as F16 or BF16 with each number rounded to the nearest.
  ///
  /// - Returns: `nil` if a finite number is too large for the type.
  /// - Precondition: The type is `fp32`, `fp16` or `bf16`.
  package init?(_ name: String, _ tensor: Tensor, as type: ElementType) {
    if type == .fp32 {
      elements = .single(tensor.values)
    } else {
      guard let bits = narrowed(tensor.values, to: type) else { return nil }
      elements = .narrow(bits)
    }
    self.name = name
    shape = tensor.shape
    self.type = type
  }

  package var byteCount: Int {
    switch elements {
    case .single(let values): values.count * 4
    case .narrow(let bits): bits.count * 2
    case .raw(let bytes): bytes.count
    }
  }

  /// The tensor that a reader gets back.
  ///
  /// - Precondition: its elements are floating-point numbers.
  package var tensor: Tensor {
    switch elements {
    case .single(let values): return Tensor(shape: shape, values: values)
    case .narrow(let bits):
      let values = bits.withUnsafeBytes { widened($0, from: type) }
      return Tensor(shape: shape, values: values ?? [])
    case .raw(let bytes):
      let values = bytes.withUnsafeBytes { widened($0, from: type) }
      return Tensor(shape: shape, values: values ?? [])
    }
  }

  /// Calls a function with the bytes as they lie in a file: all supported processors are little-endian, as the format is.
  func withBytes<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    switch elements {
    case .single(let values): try values.withTypedBytes(body)
    case .narrow(let bits): try bits.withTypedBytes(body)
    case .raw(let bytes): try bytes.withTypedBytes(body)
    }
  }
}
