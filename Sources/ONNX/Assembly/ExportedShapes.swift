import ModelIR

/// The shapes of an export's values: numbers where they are fixed, names where they are not.
struct ExportedShapes {
  let plan: Plan
  let options: ONNXOptions

  /// Checks that the fixed size is legal for the plan.
  func checkSize() throws(ONNXExportError) {
    if case .fixed(let count) = options.batch, count < 1 {
      throw ONNXExportError("a batch of \(count) images is not legal; it has at least one")
    }
    guard case .fixed(let height, let width) = options.size else { return }
    let input = plan.input
    guard height > 0, width > 0, height % input.heightMultiple == 0, width % input.widthMultiple == 0,
      plan.buffers.allSatisfy({ $0.shape(height: height, width: width) != nil })
    else {
      throw ONNXExportError(
        "an input of \(height)x\(width) is not legal for this plan; heights are multiples of \(input.heightMultiple) "
          + "and widths of \(input.widthMultiple)")
    }
  }

  /// The dimensions of what a view shows, the batch first.
  func dimensions(_ view: BufferView) -> [ONNXValue.Dimension] {
    let type = plan.type(of: view)
    let channels: [ONNXValue.Dimension] = [batch, .fixed(type.channels)]
    if let shape = fixedShape(type) { return channels + shape.dropFirst().map { .fixed($0) } }
    guard let extents = type.extents else { return channels + [.named("anchors")] }
    return channels + [
      .named(extents.height.description(in: "height")), .named(extents.width.description(in: "width")),
    ]
  }

  var batch: ONNXValue.Dimension {
    switch options.batch {
    case .fixed(let count): .fixed(count)
    case .dynamic: .named("batch")
    }
  }

  /// The dimensions after the batch; `nil` if they are not fixed.
  func fixedShape(_ type: TensorType) -> [Int]? {
    guard case .fixed(let height, let width) = options.size else { return nil }
    return type.shape(height: height, width: width)
  }
}
