import ModelIR

/// The permitted rounding error of single precision relative to the reference, for each value of a graph.
///
/// A sum of k products in single precision has an error of about u·√k relative to its magnitude, with u = 2⁻²⁴, since
/// partial sums and their roundings are random walks. A convolution with random weights propagates a relative error
/// without amplifying it; other operators propagate the absolute error (no activation function is steeper than 1.1).
/// The rounding errors of different operators are independent, so their squares add up. Errors and magnitudes are those
/// of a value's largest element; the bound is twice the typical error, for the largest of thousands of elements.
package struct RoundingBound {
  /// For each value, the typical absolute error of its largest element, squared and in units of u².
  private let squares: [Double]
  private let graph: Graph

  private static let unit = 0x1p-24

  /// - Parameter scales: The largest magnitude of each value.
  package init(_ graph: Graph, scales: [Double]) {
    self.graph = graph
    var squares: [Double] = []
    for (node, scale) in zip(graph.nodes, scales) {
      let inputs = node.inputs.map { (square: squares[$0.index], scale: scales[$0.index]) }
      let absolute = inputs.map(\.square).max() ?? 0
      let relatives = inputs.map { $0.scale > 0 ? $0.square / ($0.scale * $0.scale) : 0 }
      let relative = relatives.first ?? 0
      let size = scale * scale
      switch node.op {
      case .conv2D(let op):
        let products = op.inputChannels(graph.inputTypes(of: node)) / op.groups * op.kernel * op.kernel
        let joined = relatives.prefix(op.joinedCount(inputs.count)).max() ?? 0
        // The addend has its own error, and there is one more rounding.
        let added = op.addend == .none ? 0 : inputs[inputs.count - 1].square + size
        squares.append((joined + Double(products)) * size + added)
      case .batchNorm, .channelAffine:
        // The scale and the shift are rounded, and so is the result of applying them.
        squares.append((relative + 4) * size)
      case .activate:
        // The functions are computed to two units in the last place.
        squares.append(absolute + 4 * size)
      case .add:
        squares.append(inputs.reduce(size * Double(inputs.count)) { $0 + $1.square })
      case .averagePool(let op):
        squares.append(absolute + Double(op.kernel * op.kernel) * size)
      case .resizeNearest:
        squares.append(inputs[0].square)
      // Elements as they are. An operator that rounds and has no case above exceeds this bound, which tests then show.
      default:
        squares.append(absolute)
      }
    }
    self.squares = squares
  }

  /// The bound for the elements of a map.
  package subscript(value: ValueID) -> Double { 2 * Self.unit * squares[value.index].squareRoot() }

  /// The bounds for the boxes and the classes that a decoder computes from maps.
  ///
  /// With errors of δ in the logits, a softmax's mean over n bins changes by at most δ·n / 4, when all bins are equally
  /// likely. A width is the sum of two such means and is measured in strides. A sigmoid changes by δ / 4. The
  /// coordinates themselves are rounded too.
  package func predictions(_ value: ValueID, boxScale: Double) -> (boxes: Double, classes: Double) {
    let node = graph[value]
    guard case .decodeDetections(let op) = node.op else { preconditionFailure("Only decoders make predictions.") }
    let logits = node.inputs.map { self[$0] }.max() ?? 0
    let stride = op.strides.max() ?? 0
    return (
      boxes: logits * Double(op.bins) / 4 * 2 * stride + 4 * Self.unit * boxScale, classes: logits / 4 + 4 * Self.unit
    )
  }
}
