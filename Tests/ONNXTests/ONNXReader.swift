/// An ONNX file as text, by the field numbers of onnx.proto.
struct ONNXReader {
  struct Tensor {
    let name: String
    let shape: [Int]
    let type: Int
    let bytes: ArraySlice<UInt8>

    var floats: [Float] {
      stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { start in
        Float(bitPattern: bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
      }
    }
  }

  struct Node {
    let name: String
    let op: String
    let inputs: [String]
    let outputs: [String]
    let attributes: [String]

    /// Such as `Relu_2 = Relu(Relu) alpha=1`, with the result's name alone when it is the node's.
    var text: String {
      let results = outputs.joined(separator: ", ")
      return "\(results) = \(op)(\(inputs.joined(separator: ", ")))" + attributes.map { " " + $0 }.joined()
    }
  }

  let irVersion: Int
  let opset: Int
  let producer: [String]
  let nodes: [Node]
  let tensors: [Tensor]
  let inputs: [String]
  let outputs: [String]
  let values: [String]
  let metadata: [String: String]

  init(_ bytes: [UInt8]) throws {
    let model = try ProtobufReader(bytes[...])
    irVersion = model.numbers(1).first ?? 0
    producer = model.texts(2) + model.texts(3)
    opset = try model.messages(8).first?.numbers(2).first ?? 0
    metadata = Dictionary(
      uniqueKeysWithValues: try model.messages(14).map { ($0.texts(1).joined(), $0.texts(2).joined()) })
    let graph = try model.messages(7)[0]
    nodes = try graph.messages(1).map { node in
      Node(
        name: node.texts(3).joined(), op: node.texts(4).joined(), inputs: node.texts(1), outputs: node.texts(2),
        attributes: try node.messages(5).map(Self.attribute))
    }
    tensors = try graph.messages(5).map { tensor in
      Tensor(
        name: tensor.texts(8).joined(), shape: tensor.numbers(1), type: tensor.numbers(2)[0],
        bytes: tensor.bytes(9).first ?? [])
    }
    inputs = try graph.messages(11).map(Self.value)
    outputs = try graph.messages(12).map(Self.value)
    values = try graph.messages(13).map(Self.value)
  }

  private static func attribute(_ message: ProtobufReader) throws -> String {
    let name = message.texts(1).joined()
    switch message.numbers(20).first {
    case 1: return "\(name)=\(message.reals(2)[0])"
    case 2: return "\(name)=\(message.numbers(3)[0])"
    case 3: return "\(name)=\(message.texts(4)[0])"
    case 7: return "\(name)=\(message.numbers(8))"
    default: throw ProtobufReader.Malformed(offset: 0)
    }
  }

  /// Such as `images: 1 x 3 x H x W`.
  private static func value(_ message: ProtobufReader) throws -> String {
    let tensor = try message.messages(2)[0].messages(1)[0]
    let sides = try tensor.messages(2)[0].messages(1).map { side in
      side.numbers(1).first.map(String.init) ?? side.texts(2)[0]
    }
    return "\(message.texts(1).joined()): \(sides.joined(separator: " x "))"
  }

  /// The rules of ONNX for every graph that this file violates.
  var faults: [String] {
    var faults: [String] = []
    var known: Set<String> = []
    for name in inputs.map({ String($0.split(separator: ":")[0]) }) + tensors.map(\.name)
    where name.isEmpty || !known.insert(name).inserted {
      faults.append("'\(name)' is there twice")
    }
    for node in nodes {
      for input in node.inputs where !input.isEmpty && !known.contains(input) {
        faults.append("'\(node.name)' reads '\(input)', which nothing before it makes")
      }
      for output in node.outputs where output.isEmpty || !known.insert(output).inserted {
        faults.append("'\(output)' is made twice")
      }
    }
    for output in outputs.map({ String($0.split(separator: ":")[0]) }) where !known.contains(output) {
      faults.append("nothing makes the output '\(output)'")
    }
    if Set(nodes.map(\.name)).count != nodes.count { faults.append("nodes share a name") }
    for tensor in tensors where tensor.bytes.count != tensor.shape.reduce(tensor.type == 1 ? 4 : 8, *) {
      faults.append("'\(tensor.name)' has \(tensor.bytes.count) bytes and the shape \(tensor.shape)")
    }
    return faults
  }
}
