import ModelIR

extension GraphAssembly {
  /// Adds non-maximum suppression as `gelan detect` does it, with an output of (batch, detections, 6).
  ///
  /// One class for each box, the most probable one; boxes of different classes are moved apart by so much that they
  /// never meet; the strongest box of those that overlap stays.
  mutating func addSuppression(
    of predictions: String, _ output: OutputContract, _ options: ONNXOptions.Suppression, _ plan: Plan,
    _ shapes: ExportedShapes
  ) throws(ONNXExportError) {
    guard let detections = output.detections else {
      throw ONNXExportError("suppression needs a detection head, and the plan's output '\(output.name)' is not one")
    }
    let scope = "nms"
    let boxes = corners(of: predictions, scope: scope)
    let scores = slice(predictions, detections.classRows, axis: 1, scope: scope)
    // Equal probabilities: ONNX takes the first class, too.
    let best = nodes("TopK", [scores, integers([1])], scope: scope, attributes: ["axis": .integer(1)], results: 2)
    let transposed: [String: ONNXNode.Attribute] = ["perm": .integers([0, 2, 1])]
    let probability = node("Transpose", best[0], scope: scope, attributes: transposed)
    let label = node("Transpose", toFloat(best[1], scope: scope), scope: scope, attributes: transposed)
    let apart = node("Add", boxes, node("Mul", label, real(Self.classDistance), scope: scope), scope: scope)

    let kept = node(
      "NonMaxSuppression", apart, best[0], integers([options.maximumDetections], isScalar: true),
      real(options.singleIOU), real(options.confidence), scope: scope)
    // Rows of (image, class, anchor); the class is always 0. Then the probabilities of the kept boxes at their anchors and
    // zeros elsewhere: the largest of these are the detections of each image in order.
    let places = node("Gather", kept, integers([0, 2]), scope: scope, attributes: ["axis": .integer(1)])
    let flat = node("Reshape", best[0], integers([0, -1]), scope: scope)
    let zeros = node("ConstantOfShape", node("Shape", flat, scope: scope), scope: scope)
    let keptScores = node("GatherND", flat, places, scope: scope)
    let remaining = node("ScatterND", zeros, places, keptScores, scope: scope)
    let limit = options.maximumDetections
    let anchors = shapes.fixedShape(plan.type(of: output.view))?[1]
    let count = anchors.map { integers([min($0, limit)]) } ?? rowCount(of: flat, limit: limit, scope: scope)
    let top = nodes("TopK", [remaining, count], scope: scope, attributes: ["axis": .integer(1)], results: 2)

    let rows = node("Concat", boxes, probability, label, scope: scope, attributes: ["axis": .integer(2)])
    let indices = node("Unsqueeze", top[1], integers([2]), scope: scope)
    let chosen = node("GatherND", rows, indices, scope: scope, attributes: ["batch_dims": .integer(1)])
    let isReal = node("Unsqueeze", node("Greater", top[0], real(0), scope: scope), integers([2]), scope: scope)
    var result = node("Where", isReal, chosen, real(0), scope: scope)
    if anchors.map({ $0 < limit }) ?? true { result = padRows(result, to: limit, scope: scope) }
    renameLastResult(output.name)
    addOutput(output.name, output.name, [shapes.batch, .fixed(limit), .fixed(6)])
  }

  /// The distance between the boxes of neighbouring classes: that of the official code, whose rounding decides.
  private static var classDistance: Float { 7680 }

  /// Centres and sizes, (batch, 4, anchors), as left, top, right and bottom, (batch, anchors, 4).
  private mutating func corners(of predictions: String, scope: String) -> String {
    let centre = slice(predictions, 0..<2, axis: 1, scope: scope)
    let half = node("Mul", slice(predictions, 2..<4, axis: 1, scope: scope), real(0.5), scope: scope)
    let (lower, upper) = (node("Sub", centre, half, scope: scope), node("Add", centre, half, scope: scope))
    let both = node("Concat", lower, upper, scope: scope, attributes: ["axis": .integer(1)])
    return node("Transpose", both, scope: scope, attributes: ["perm": .integers([0, 2, 1])])
  }

  /// The most detections that there can be if the number of anchors is known only at run time, a list of one.
  private mutating func rowCount(of flat: String, limit: Int, scope: String) -> String {
    let shape = node("Shape", flat, scope: scope, attributes: ["start": .integer(1)])
    return node("Min", shape, integers([limit]), scope: scope)
  }

  /// Appends rows of zeros up to `count` rows.
  private mutating func padRows(_ rows: String, to count: Int, scope: String) -> String {
    let shape = node("Shape", rows, scope: scope, attributes: ["start": .integer(1), "end": .integer(2)])
    let missing = node("Sub", integers([count]), shape, scope: scope)
    let pads = node(
      "Concat", integers([0, 0, 0, 0]), missing, integers([0]), scope: scope, attributes: ["axis": .integer(0)])
    return node("Pad", rows, pads, scope: scope, attributes: ["mode": .text("constant")])
  }
}

extension ONNXOptions.Suppression {
  /// A single-precision overlap exceeds the double exactly when it exceeds the largest single not above it.
  fileprivate var singleIOU: Float {
    let single = Float(iou)
    return Double(single) > iou ? single.nextDown : single
  }
}
