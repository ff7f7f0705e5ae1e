import ModelIR

extension GraphAssembly {
  /// Every element repeated in both directions.
  mutating func enlarge(_ input: String, by scale: Int, scope: String) -> String {
    let scales = constant("\(scope)/scales", shape: [4], .reals([1, 1, Float(scale), Float(scale)]))
    return node(
      "Resize", input, "", scales, scope: scope,
      attributes: [
        "mode": .text("nearest"), "coordinate_transformation_mode": .text("asymmetric"), "nearest_mode": .text("floor"),
      ])
  }

  /// The first input at the height and width of the second, by the nearest element.
  ///
  /// ONNX's Resize divides positions by a rounded scale, and so may take a neighbour of the element that the plan means
  /// wherever the quotient of the sizes is not a power of two. There the elements are gathered by their positions.
  mutating func resizeNearest(
    _ inputs: [String], _ types: [TensorType], _ shapes: ExportedShapes, scope: String
  ) throws(ONNXExportError) -> String {
    guard let from = types[0].extents, let to = types[1].extents else {
      throw ONNXExportError("only feature maps can be resized")
    }
    if let scale = to.height.quotient(from.height), scale == to.width.quotient(from.width), scale & (scale - 1) == 0 {
      return scale == 1 ? inputs[0] : enlarge(inputs[0], by: scale, scope: scope)
    }
    let (small, large) = (shapes.fixedShape(types[0]), shapes.fixedShape(types[1]))
    var value = inputs[0]
    for axis in [2, 3] {
      let positions: String
      if let small, let large {
        try reserve(constantBytes: saturatingProduct(large[axis - 1], 8))
        positions = integers(nearestElements(of: small[axis - 1], for: large[axis - 1]))
      } else {
        positions = nearestPositions(from: inputs[0], to: inputs[1], axis: axis, scope: scope)
      }
      value = node("Gather", value, positions, scope: scope, attributes: ["axis": .integer(axis)])
    }
    return value
  }

  /// Nodes for ⌊i · (input / output)⌋, rounded as the runtime does it.
  private mutating func nearestPositions(from input: String, to output: String, axis: Int, scope: String) -> String {
    let (small, large) = (side(input, axis: axis, scope: scope), side(output, axis: axis, scope: scope))
    let scale = node("Div", toFloat(small, scope: scope), toFloat(large, scope: scope), scope: scope)
    let indices = node("Range", integers([0], isScalar: true), large, integers([1], isScalar: true), scope: scope)
    let products = node("Mul", toFloat(indices, scope: scope), scale, scope: scope)
    let positions = node("Floor", products, scope: scope)
    let last = node("Sub", small, integers([1], isScalar: true), scope: scope)
    return node("Min", toInteger(positions, scope: scope), last, scope: scope)
  }

  /// One side of a value, an integer scalar.
  mutating func side(_ value: String, axis: Int, scope: String) -> String {
    let shape = node("Shape", value, scope: scope)
    return node("Gather", shape, integers([axis], isScalar: true), scope: scope, attributes: ["axis": .integer(0)])
  }

  mutating func toFloat(_ value: String, scope: String) -> String {
    node("Cast", value, scope: scope, attributes: ["to": .integer(ONNXElement.float.rawValue)])
  }

  mutating func toInteger(_ value: String, scope: String) -> String {
    node("Cast", value, scope: scope, attributes: ["to": .integer(ONNXElement.int64.rawValue)])
  }
}

/// The element that each output takes along an axis, in single precision as PyTorch and the runtime compute it.
private func nearestElements(of input: Int, for output: Int) -> [Int] {
  let scale = Float(input) / Float(output)
  return (0..<output).map { min(Int((Float($0) * scale).rounded(.down)), input - 1) }
}

extension Extent {
  /// This extent divided by another; `nil` unless the quotient is an integer and the same for every size.
  fileprivate func quotient(_ other: Extent) -> Int? {
    let (over, under) = (numerator * other.denominator, denominator * other.numerator)
    guard over % under == 0, over / under < 1 << 20, offset == over / under * other.offset else { return nil }
    return over / under
  }
}
