import KernelInterface
import ModelIR

/// A plan at one input size: the shape of everything that it reads and writes.
package struct SizedPlan: Sendable {
  package let plan: Plan
  /// The input size in pixels.
  package let height: Int
  package let width: Int
  /// Of each buffer: (channels, height, width) of a feature map, (channels, anchors) of predictions.
  private let shapes: [[Int]]

  /// - Parameters:
  ///   - height: a multiple of what the plan's input contract names, in pixels; the plan's own size by default.
  ///   - width: likewise.
  /// - Throws: if the size is not legal for the plan, leaves a map without rows or columns, or needs more memory than can
  ///   be addressed.
  package init(_ plan: Plan, height: Int? = nil, width: Int? = nil) throws(ModelError) {
    let input = plan.input
    let (height, width) = (height ?? input.height, width ?? input.width)
    let size = "an input of \(height)x\(width)"
    guard height > 0, width > 0, height.isMultiple(of: input.heightMultiple),
      width.isMultiple(of: input.widthMultiple)
    else {
      throw ModelError(
        "\(size) is not legal for this plan; heights are multiples of \(input.heightMultiple) and widths of "
          + "\(input.widthMultiple)")
    }
    var shapes: [[Int]] = []
    for buffer in plan.buffers {
      guard let shape = buffer.shape(height: height, width: width), Self.isAddressable(shape) else {
        throw ModelError("\(size) is too large, or too small, for the maps of this plan")
      }
      shapes.append(shape)
    }
    self.plan = plan
    self.height = height
    self.width = width
    self.shapes = shapes
  }

  /// Whether the bytes of a buffer can be counted. Weights have fewer than 2³¹ elements, so that the multiply-accumulates
  /// of a step then stay below 2⁶³.
  private static func isAddressable(_ shape: [Int]) -> Bool {
    let plane = shape.dropFirst().reduce(1) { saturatingProduct($0, $1) }
    // The widest element type and the padding between pixels.
    return plane < 1 << 31 && saturatingProduct(BufferLayout.pixelStride(channels: shape[0], .fp32), plane) < 1 << 42
  }

  /// The shape of what a view shows: (channels, height, width) or (channels, anchors).
  package func shape(_ view: BufferView) -> [Int] { [view.upper - view.lower] + shapes[view.buffer].dropFirst() }

  /// The shape of a buffer.
  package func shape(ofBuffer buffer: Int) -> [Int] { shapes[buffer] }

  /// The shape of a view of a feature map.
  func mapShape(_ view: BufferView) -> MapShape {
    let shape = shape(view)
    return MapShape(channels: shape[0], height: shape[1], width: shape[2])
  }

  /// The multiply-accumulates of a step's operator, however they are computed.
  func multiplyAccumulates(_ step: Step) -> Int {
    step.op.semantics.multiplyAccumulates(step.inputs.map(plan.type), output: shape(step.output))
  }
}
