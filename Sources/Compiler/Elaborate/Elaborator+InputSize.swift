import Diagnostics
import ModelIR
import ModelSyntax

/// The check that the input size is legal.
extension Elaborator {
  /// Checks that the input size is legal; when none was chosen, the nearest legal one to 640 is used.
  func checkInputSize(_ graph: Graph) throws(CompileFailure) -> Graph {
    var graph = graph
    let (height, width) = (graph.heightMultiple, graph.widthMultiple)
    if requestedInput == nil, model.inputSize == nil {
      graph.inputHeight = nearestMultiple(of: height, to: graph.inputHeight)
      graph.inputWidth = nearestMultiple(of: width, to: graph.inputWidth)
    }
    for node in graph.nodes where node.type.shape(height: graph.inputHeight, width: graph.inputWidth) == nil {
      throw CompileFailure(illegalInputSize(graph, node, heightMultiple: height, widthMultiple: width))
    }
    return graph
  }

  func nearestMultiple(of multiple: Int, to side: Int) -> Int {
    guard multiple <= InputSize.sides.upperBound else { return side }
    return max(1, (side + multiple / 2) / multiple) * multiple
  }

  func illegalInputSize(_ graph: Graph, _ node: Node, heightMultiple: Int, widthMultiple: Int) -> Diagnostic {
    let row = model.rows[node.origin.row ?? 0].layer
    let size = "\(graph.inputHeight)x\(graph.inputWidth)"
    let isDivisible =
      graph.inputHeight % node.type.heightMultiple == 0 && graph.inputWidth % node.type.widthMultiple == 0
    var secondary: [Diagnostic.Label] = []
    if requestedInput == nil, let written = model.inputSize?.range {
      secondary = [Diagnostic.Label(written, "the input size")]
    }
    if isDivisible {
      return Diagnostic(
        .emptyResult, "an input of \(size) leaves an empty feature map here", at: row.range,
        label: "this row's result is \(node.type.description)", secondary: secondary)
    }
    let nearest =
      "\(nearestMultiple(of: heightMultiple, to: graph.inputHeight))x\(nearestMultiple(of: widthMultiple, to: graph.inputWidth))"
    let multiples =
      heightMultiple == widthMultiple
      ? "heights and widths are multiples of \(heightMultiple)"
      : "heights are multiples of \(heightMultiple) and widths of \(widthMultiple)"
    return Diagnostic(
      .sizeNotDivisible, "an input of \(size) does not divide evenly here", at: row.range,
      label: "this row returns \(node.type.description)", secondary: secondary, notes: ["legal \(multiples)"],
      help: ["the nearest legal size is \(nearest)"])
  }
}
