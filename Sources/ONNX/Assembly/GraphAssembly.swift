import ModelIR

/// A graph in the making: every node and value gets a name of its own, and equal constants are one.
///
/// A node and its first result have the same name, such as `model.4.cv1.conv/Conv`: the scope of the row's weights and
/// what the node does.
struct GraphAssembly {
  private(set) var graph: ONNXGraph
  private var takenNames: Set<String>
  /// The next number to try for a name that is taken.
  private var nextNumbers: [String: Int] = [:]
  private var weights: [Weight: String] = [:]
  /// The constants that are shared, by their contents; the keys have no names.
  private var constants: [ONNXInitializer: String] = [:]
  /// How many values all nodes read together.
  private(set) var operandCount = 0
  /// The bytes of large constants.
  private var constantBytes = 0

  private struct Weight: Hashable {
    let name: String
    let shape: [Int]
  }

  /// - Parameter reserved: The names of inputs and outputs, which nothing else may have.
  init(name: String, reserved: [String]) {
    graph = ONNXGraph(name: name)
    takenNames = Set(reserved)
  }

  /// Adds a node with one result and gives the result's name.
  mutating func node(
    _ op: String, _ inputs: String..., scope: String, attributes: [String: ONNXNode.Attribute] = [:]
  ) -> String {
    nodes(op, inputs, scope: scope, attributes: attributes)[0]
  }

  /// Adds a node and gives the names of its results.
  mutating func nodes(
    _ op: String, _ inputs: [String], scope: String, attributes: [String: ONNXNode.Attribute] = [:], results: Int = 1
  ) -> [String] {
    let name = freeName(scope.isEmpty ? op : "\(scope)/\(op)")
    let outputs = [name] + (1..<max(results, 1)).map { freeName("\(name)_\($0)") }
    let sorted = attributes.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    graph.nodes.append(ONNXNode(name: name, op: op, inputs: inputs, outputs: outputs, attributes: sorted))
    operandCount += inputs.count
    return outputs
  }

  /// The elements of a range along an axis.
  mutating func slice(_ value: String, _ range: Range<Int>, axis: Int, scope: String) -> String {
    let (lower, upper) = (integers([range.lowerBound]), integers([range.upperBound]))
    return node("Slice", value, lower, upper, integers([axis]), scope: scope)
  }

  /// A weight of the plan in a shape that may differ from the stored one by sides of length one.
  mutating func weight(_ expression: ParameterExpression, shape: [Int]) throws(ONNXExportError) -> String {
    guard case .stored(let stored) = expression else {
      throw ONNXExportError("the plan has a weight that was never computed, \(expression.description)")
    }
    let key = Weight(name: stored, shape: shape)
    if let name = weights[key] { return name }
    let name = constant(stored, shape: shape, .weight(stored))
    weights[key] = name
    return name
  }

  /// A constant with a name that says what it is.
  mutating func constant(_ wanted: String, shape: [Int], _ contents: ONNXInitializer.Contents) -> String {
    let name = freeName(wanted)
    graph.initializers.append(ONNXInitializer(name: name, shape: shape, contents: contents))
    return name
  }

  /// Refuses constants that no file can hold, before they are made.
  mutating func reserve(constantBytes bytes: Int) throws(ONNXExportError) {
    constantBytes = saturatingSum([constantBytes, bytes])
    guard constantBytes <= ProtobufMessage.sizeLimit else { throw .tooLarge(constantBytes) }
  }

  /// A list of integers, or one integer as a scalar.
  mutating func integers(_ numbers: [Int], isScalar: Bool = false) -> String {
    shared(isScalar ? [] : [numbers.count], .integers(numbers), numbers.prefix(9).map(String.init))
  }

  /// A scalar.
  mutating func real(_ number: Float) -> String { shared([], .reals([number]), ["\(number)"]) }

  /// The one constant that has these contents.
  private mutating func shared(_ shape: [Int], _ contents: ONNXInitializer.Contents, _ words: [String]) -> String {
    let nameless = ONNXInitializer(name: "", shape: shape, contents: contents)
    if let name = constants[nameless] { return name }
    let isLong = words.count > 8
    let title = words.prefix(8).joined(separator: ",") + (isLong ? ",..." : "")
    let name = constant("constant/\(title)", shape: shape, contents)
    constants[nameless] = name
    return name
  }

  /// Notes the shape of a value.
  mutating func describe(_ value: String, _ shape: [ONNXValue.Dimension]) {
    graph.values.append(ONNXValue(name: value, shape: shape))
  }

  mutating func addInput(_ name: String, _ shape: [ONNXValue.Dimension]) {
    graph.inputs.append(ONNXValue(name: name, shape: shape))
  }

  /// Makes a value an output; one that has another name is passed on under the output's.
  mutating func addOutput(_ name: String, _ value: String, _ shape: [ONNXValue.Dimension]) {
    if value != name {
      let node = freeName("\(name)/Identity")
      graph.nodes.append(ONNXNode(name: node, op: "Identity", inputs: [value], outputs: [name], attributes: []))
    }
    graph.outputs.append(ONNXValue(name: name, shape: shape))
  }

  /// Gives the result of the node that was added last, which no node has read yet, an output's name.
  mutating func renameLastResult(_ name: String) {
    guard let last = graph.nodes.indices.last else { return }
    graph.nodes[last].outputs[0] = name
  }

  /// The name itself, or with a number if it is taken. No value of ONNX has an empty name.
  private mutating func freeName(_ wanted: String) -> String {
    let wanted = wanted.isEmpty ? "value" : wanted
    var name = wanted
    while !takenNames.insert(name).inserted {
      let number = nextNumbers[wanted, default: 2]
      name = "\(wanted)_\(number)"
      nextNumbers[wanted] = number + 1
    }
    return name
  }
}
