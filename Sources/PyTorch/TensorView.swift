import Elements
import Files
import Tensors

/// A tensor of a checkpoint: a view of a storage, which several tensors may share.
package struct TensorView: Sendable, Hashable {
  /// The name of the storage in the file.
  let storage: String
  package let type: ElementType
  package let shape: [Int]
  /// The stride of each dimension, in elements.
  let strides: [Int]
  /// The offset of the first element, in elements.
  let offset: Int
  /// The number of elements of the storage, as the checkpoint states it.
  let storageCount: Int

  /// The number of elements.
  package let count: Int

  /// Whether the elements are contiguous in the storage, in row-major order.
  var isContiguous: Bool {
    guard count > 0 else { return true }
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }

  /// The tensor that a value represents; `nil` when the value is something else.
  ///
  /// The functions that rebuild tensors (`torch/_utils.py`) are recognised by name; none is called.
  ///
  /// - Throws: A predicate that describes the error in a tensor: "has a negative stride".
  init?(_ value: PickleValue) throws(Refusal) {
    // A parameter contains a tensor, and each layer of wrapping is one call; no file needs more of them.
    var value = value
    for _ in 0..<8 {
      guard let (constructor, arguments) = value.call, let name = constructor.qualifiedName else { return nil }
      switch name {
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
        guard let tensor = arguments.first else { throw Refusal("is a parameter without a tensor") }
        value = tensor
      case "torch._tensor._rebuild_from_type_v2":
        // (function, type, arguments, state)
        guard arguments.count >= 3, arguments[0].qualifiedName?.hasPrefix("torch._utils._rebuild_tensor") == true,
          let inner = arguments[2].elements(atMost: 16)
        else { throw Refusal("is of an unknown class of tensors") }
        try self.init(rebuilt: inner, by: arguments[0].qualifiedName ?? "")
        return
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
        try self.init(rebuilt: arguments, by: name)
        return
      case _ where name.hasPrefix("torch._utils._rebuild_"):
        throw Refusal("is created by \(quoted(name)), and only dense tensors can be read")
      default: return nil
      }
    }
    return nil
  }

  /// - Parameter arguments: Storage, offset, sizes and strides; for `_rebuild_tensor_v3` the type is the seventh.
  private init(rebuilt arguments: [PickleValue], by function: String) throws(Refusal) {
    guard arguments.count >= 4, let identity = arguments[0].persistent?.elements(atMost: 16), identity.count >= 5,
      identity[0].text == "storage", let storageClass = identity[1].qualifiedName, let key = identity[2].storageKey,
      let storedCount = identity[4].integer, storedCount >= 0
    else { throw Refusal("names no storage") }
    guard identity.count < 6 || identity[5].isNone else {
      throw Refusal("is a view of a storage as PyTorch wrote it before 0.4; save it again")
    }
    guard let offset = arguments[1].integer, let sizes = arguments[2].elements(atMost: 64),
      let steps = arguments[3].elements(atMost: 64)
    else {
      throw Refusal("has no sizes")
    }
    let typeName: String
    if function.hasSuffix("_v3"), arguments.count >= 7 {
      typeName = arguments[6].qualifiedName ?? ""
    } else {
      typeName = storageClass
    }
    guard let type = ElementType(torch: typeName) else {
      throw Refusal("has elements of the unknown type \(quoted(typeName))")
    }
    // The size of an untyped storage is in bytes.
    let isCountedInBytes = storageClass.hasSuffix(".UntypedStorage")
    let (shape, strides) = (sizes.compactMap(\.integer), steps.compactMap(\.integer))
    guard shape.count == sizes.count, strides.count == steps.count, strides.count == shape.count
    else { throw Refusal("has sizes that are not numbers") }
    guard let count = elementCount(ofShape: shape) else { throw Refusal("has an impossible size") }
    guard offset >= 0, strides.allSatisfy({ $0 >= 0 }) else { throw Refusal("has a negative stride or offset") }
    self.type = type
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.count = count
    storage = key
    // The element size of a storage may differ from the tensor's: a view of another type.
    let width = isCountedInBytes ? 1 : ElementType(torch: storageClass)?.byteCount ?? 1
    let (bytes, overflows) = storedCount.multipliedReportingOverflow(by: width)
    guard !overflows else { throw Refusal("has a storage of impossible size") }
    storageCount = bytes / type.byteCount
    guard count == 0 || last < storageCount else {
      throw Refusal("reaches beyond its storage of \(storageCount) elements")
    }
  }

  /// The index of the last element in the storage; the largest integer when it does not fit.
  private var last: Int {
    var last = offset
    for (size, stride) in zip(shape, strides) where size > 0 {
      let (reach, first) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, second) = last.addingReportingOverflow(reach)
      if first || second { return Int.max }
      last = sum
    }
    return last
  }
}

/// The description of an error in a part of a checkpoint, as a predicate.
struct Refusal: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension PickleValue {
  /// The name of a storage: a string, or a number in old files.
  fileprivate var storageKey: String? { text ?? integer.map(String.init) }
}

extension ElementType {
  /// The type by its name in PyTorch: that of a storage's class or of a `dtype`.
  init?(torch qualifiedName: String) {
    guard qualifiedName.hasPrefix("torch.") else { return nil }
    switch qualifiedName.split(separator: ".").last {
    case "DoubleStorage", "float64": self = .fp64
    case "FloatStorage", "float32": self = .fp32
    case "HalfStorage", "float16": self = .fp16
    case "BFloat16Storage", "bfloat16": self = .bf16
    case "float8_e4m3fn": self = .fp8E4M3
    case "float8_e5m2": self = .fp8E5M2
    case "ComplexFloatStorage", "complex64": self = .complex64
    case "LongStorage", "int64": self = .int64
    case "IntStorage", "int32": self = .int32
    case "ShortStorage", "int16": self = .int16
    case "CharStorage", "int8": self = .int8
    case "uint64": self = .uint64
    case "uint32": self = .uint32
    case "uint16": self = .uint16
    case "ByteStorage", "uint8", "UntypedStorage": self = .uint8
    case "BoolStorage", "bool": self = .boolean
    default: return nil
    }
  }
}
