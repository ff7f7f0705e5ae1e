import ModelIR

/// Nodes in an order in which each reads only earlier values.
struct ONNXGraph: Sendable {
  var name: String
  var nodes: [ONNXNode] = []
  var initializers: [ONNXInitializer] = []
  var inputs: [ONNXValue] = []
  var outputs: [ONNXValue] = []
  /// The shapes of values between inputs and outputs.
  var values: [ONNXValue] = []

  /// GraphProto.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for node in nodes { message.add(1, message: node.message) }
    message.add(2, text: name)
    for initializer in initializers { message.add(5, message: initializer.message) }
    for input in inputs { message.add(11, message: input.message) }
    for output in outputs { message.add(12, message: output.message) }
    for value in values { message.add(13, message: value.message) }
    return message
  }
}

/// An operator of ONNX applied to values.
struct ONNXNode: Sendable {
  /// An attribute's value.
  enum Attribute: Sendable {
    case real(Float)
    case integer(Int)
    case integers([Int])
    case text(String)
  }

  var name: String
  var op: String
  var inputs: [String]
  var outputs: [String]
  /// In the order of their names.
  var attributes: [(name: String, value: Attribute)]

  /// NodeProto.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for input in inputs { message.add(1, text: input) }
    for output in outputs { message.add(2, text: output) }
    message.add(3, text: name)
    message.add(4, text: op)
    for (name, value) in attributes {
      var attribute = ProtobufMessage()  // AttributeProto
      attribute.add(1, text: name)
      switch value {
      case .real(let number):
        attribute.add(2, real: number)
        attribute.add(20, integer: 1)
      case .integer(let number):
        attribute.add(3, integer: number)
        attribute.add(20, integer: 2)
      case .text(let text):
        attribute.add(4, text: text)
        attribute.add(20, integer: 3)
      case .integers(let numbers):
        for number in numbers { attribute.add(8, integer: number) }
        attribute.add(20, integer: 7)
      }
      message.add(5, message: attribute)
    }
    return message
  }
}

/// The values of TensorProto.DataType that exports use.
enum ONNXElement: Int, Hashable, Sendable {
  case float = 1
  case int64 = 7
}

/// A constant tensor.
struct ONNXInitializer: Hashable, Sendable {
  enum Contents: Hashable, Sendable {
    case integers([Int])
    case reals([Float])
    /// A tensor of the plan, by name.
    case weight(String)
  }

  var name: String
  var shape: [Int]
  var contents: Contents

  /// TensorProto. All supported processors are little-endian, as the format is, and have integers of 64 bits.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for size in shape { message.add(1, integer: size) }
    switch contents {
    case .integers(let numbers):
      message.add(2, integer: ONNXElement.int64.rawValue)
      message.add(8, text: name)
      message.add(9, bytes: numbers.withUnsafeBytes(Array.init))
    case .reals(let numbers):
      message.add(2, integer: ONNXElement.float.rawValue)
      message.add(8, text: name)
      message.add(9, bytes: numbers.withUnsafeBytes(Array.init))
    case .weight(let weight):
      message.add(2, integer: ONNXElement.float.rawValue)
      message.add(8, text: name)
      message.add(9, weight: weight, count: elementCount(of: shape))
    }
    return message
  }
}

/// A value's name and shape.
struct ONNXValue: Hashable, Sendable {
  /// One side of a tensor.
  enum Dimension: Hashable, Sendable {
    case fixed(Int)
    /// Known only when the model runs; equal names stand for equal sizes.
    case named(String)

    var description: String {
      switch self {
      case .fixed(let size): String(size)
      case .named(let name): name
      }
    }
  }

  var name: String
  var shape: [Dimension]

  /// ValueInfoProto, of floats.
  var message: ProtobufMessage {
    var dimensions = ProtobufMessage()  // TensorShapeProto
    for dimension in shape {
      var message = ProtobufMessage()
      switch dimension {
      case .fixed(let size): message.add(1, integer: size)
      case .named(let name): message.add(2, text: name)
      }
      dimensions.add(1, message: message)
    }
    var tensor = ProtobufMessage()  // TypeProto.Tensor
    tensor.add(1, integer: ONNXElement.float.rawValue)
    tensor.add(2, message: dimensions)
    var type = ProtobufMessage()  // TypeProto
    type.add(1, message: tensor)
    var message = ProtobufMessage()
    message.add(1, text: name)
    message.add(2, message: type)
    return message
  }
}

/// The number of elements of a tensor, or `Int.max` if it overflows.
func elementCount(of shape: [Int]) -> Int { shape.reduce(1) { saturatingProduct($0, $1) } }
