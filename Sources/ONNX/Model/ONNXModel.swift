/// A model as the ONNX specification defines it (github.com/onnx/onnx: docs/IR.md and onnx/onnx.proto), as far as
/// exported plans need it.
///
/// Contract of this module: a plan comes in, an ONNX file comes out.
///
/// **Invariant:** knows no YAML and no training graph; weights pass through when a file is written and not before.
package struct ONNXModel: Sendable {
  var opset: Int
  var producerVersion: String
  var graph: ONNXGraph
  /// The metadata entries, in the order in which they are written.
  package internal(set) var metadata: [ONNXMetadata]

  /// The opsets that the nodes of an export mean the same in.
  package static let opsets = 17...22
  /// The lowest one, which most engines read.
  package static let defaultOpset = 17

  /// The version of the file format that belongs to the opset (docs/Versioning.md): engines refuse formats newer than
  /// they are.
  var irVersion: Int {
    switch opset {
    case ...18: 8
    case ...20: 9
    default: 10
    }
  }

  /// The inputs and outputs, each with its shape.
  package var interface: [(name: String, shape: String)] {
    (graph.inputs + graph.outputs).map { value in
      (value.name, value.shape.map(\.description).joined(separator: " x "))
    }
  }

  package var nodeCount: Int { graph.nodes.count }

  /// ModelProto.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, integer: irVersion)
    message.add(2, text: "gelan")
    message.add(3, text: producerVersion)
    message.add(7, message: graph.message)
    var operatorSet = ProtobufMessage()  // OperatorSetIdProto; the empty domain is ONNX's own
    operatorSet.add(1, text: "")
    operatorSet.add(2, integer: opset)
    message.add(8, message: operatorSet)
    for entry in metadata { message.add(14, message: entry.message) }
    return message
  }
}

/// A line of metadata.
package struct ONNXMetadata: Sendable {
  package let key: String
  package let value: String

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }

  /// StringStringEntryProto.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, text: key)
    message.add(2, text: value)
    return message
  }
}
