import ModelIR

extension GraphAssembly {
  /// The decoding of a detection head: boxes in pixels and class probabilities, (batch, 4 + classes, anchors).
  mutating func decodeDetections(
    _ op: DecodeDetections, _ inputs: [String], _ types: [TensorType], _ shapes: ExportedShapes, scope: String
  ) throws(ONNXExportError) -> String {
    let grid = try anchorGrid(op, inputs, types, shapes, scope: scope)
    let bins = 4 * op.bins
    let flat = inputs.map { node("Reshape", $0, integers([0, bins + op.classes, -1]), scope: scope) }
    let levels = flat.count == 1 ? flat[0] : nodes("Concat", flat, scope: scope, attributes: ["axis": .integer(2)])[0]

    // (batch, 4 · bins, anchors) to the mean of each side's distribution, (batch, 4, anchors).
    let logits = slice(levels, 0..<bins, axis: 1, scope: scope)
    let sides = node("Reshape", logits, integers([0, 4, op.bins, -1]), scope: scope)
    let binsFirst = node("Transpose", sides, scope: scope, attributes: ["perm": .integers([0, 2, 1, 3])])
    let shares = node("Softmax", binsFirst, scope: scope, attributes: ["axis": .integer(1)])
    let projection = try weight(op.projection, shape: [1, op.bins, 1, 1])
    let means = node("Conv", shares, projection, scope: scope)
    let distances = node("Reshape", means, integers([0, 4, -1]), scope: scope)

    let lower = node("Sub", grid.centres, slice(distances, 0..<2, axis: 1, scope: scope), scope: scope)
    let upper = node("Add", grid.centres, slice(distances, 2..<4, axis: 1, scope: scope), scope: scope)
    let centre = node("Mul", node("Add", lower, upper, scope: scope), real(0.5), scope: scope)
    let size = node("Sub", upper, lower, scope: scope)
    let cells = node("Concat", centre, size, scope: scope, attributes: ["axis": .integer(1)])
    let boxes = node("Mul", cells, grid.strides, scope: scope)

    let probabilities = node(
      "Sigmoid", slice(levels, bins..<bins + op.classes, axis: 1, scope: scope), scope: scope)
    return node("Concat", boxes, probabilities, scope: scope, attributes: ["axis": .integer(1)])
  }

  /// The centre of each anchor's cell, (1, 2, anchors) in cells, and the cell's side, (1, 1, anchors) in pixels.
  private mutating func anchorGrid(
    _ op: DecodeDetections, _ inputs: [String], _ types: [TensorType], _ shapes: ExportedShapes, scope: String
  ) throws(ONNXExportError) -> (centres: String, strides: String) {
    let maps = types.compactMap(shapes.fixedShape)
    guard maps.count == types.count else {
      var (centres, strides): ([String], [String]) = ([], [])
      for (input, stride) in zip(inputs, op.strides) {
        let level = levelGrid(input, stride: Float(stride), scope: scope)
        centres.append(level.centres)
        strides.append(level.strides)
      }
      guard inputs.count > 1 else { return (centres[0], strides[0]) }
      let axis: [String: ONNXNode.Attribute] = ["axis": .integer(2)]
      return (
        nodes("Concat", centres, scope: scope, attributes: axis)[0],
        nodes("Concat", strides, scope: scope, attributes: axis)[0]
      )
    }
    let count = saturatingSum(maps.map { saturatingProduct($0[1], $0[2]) })
    try reserve(constantBytes: saturatingProduct(count, 12))
    var (x, y, strides): ([Float], [Float], [Float]) = ([], [], [])
    for (map, stride) in zip(maps, op.strides) {
      for row in 0..<map[1] {
        for column in 0..<map[2] {
          x.append(Float(column) + 0.5)
          y.append(Float(row) + 0.5)
          strides.append(Float(stride))
        }
      }
    }
    return (
      constant("\(scope)/anchors", shape: [1, 2, count], .reals(x + y)),
      constant("\(scope)/strides", shape: [1, 1, count], .reals(strides))
    )
  }

  /// The same for one level of a size that is known only when the model runs.
  private mutating func levelGrid(
    _ map: String, stride: Float, scope: String
  ) -> (centres: String, strides: String) {
    let shape = node("Shape", map, scope: scope, attributes: ["start": .integer(2)])
    let (height, width) = (side(map, axis: 2, scope: scope), side(map, axis: 3, scope: scope))
    let flat = integers([1, 1, -1])
    let rows = node("Unsqueeze", cellCentres(height, scope: scope), integers([1]), scope: scope)
    let y = node("Reshape", node("Expand", rows, shape, scope: scope), flat, scope: scope)
    let columns = node("Expand", cellCentres(width, scope: scope), shape, scope: scope)
    let x = node("Reshape", columns, flat, scope: scope)
    let centres = node("Concat", x, y, scope: scope, attributes: ["axis": .integer(1)])
    let strides = node("Reshape", node("Expand", real(stride), shape, scope: scope), flat, scope: scope)
    return (centres, strides)
  }

  /// ½, 1½, …, one for each of `count` cells.
  private mutating func cellCentres(_ count: String, scope: String) -> String {
    let indices = node("Range", integers([0], isScalar: true), count, integers([1], isScalar: true), scope: scope)
    return node("Add", toFloat(indices, scope: scope), real(0.5), scope: scope)
  }
}
