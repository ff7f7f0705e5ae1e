import Compiler
import Glibc
import ModelIR
import Runtime
import Tensors

/// How far a plan is from the training graph that it was made from, on made-up pictures.
struct Verification {
  /// The size of the pictures, in pixels.
  let size: InputSize
  /// The largest difference of a box's centre, width or height, in pixels.
  private(set) var pixels: Float = 0
  /// The largest difference of a class's probability.
  private(set) var probability: Float = 0
  /// For outputs that are no detections: the largest difference as a part of the output's largest value.
  private(set) var relative: Float = 0

  /// What a plan may differ by. In single precision a fused network and an unfused one are some 10⁻³ pixels apart.
  static let pixelBound: Float = 0.05
  static let probabilityBound: Float = 2e-4
  static let relativeBound: Float = 1e-3

  /// Runs the graph, unfused, and the plan on the same pictures.
  ///
  /// - Parameter graph: The graph that the weights are bound to.
  init(of bound: BoundPlan, against graph: Graph, _ checkpoint: Checkpoint) throws(CommandFailure) {
    let reference: BoundPlan
    do throws(BindingError) {
      reference = try bindWeights(of: unfusedPlan(of: graph), from: graph, checkpoint)
    } catch {
      throw CommandFailure(error, weights: "the checkpoint")
    }
    size = Self.pictureSize(for: bound.plan)
    let sessions = [
      try openSession(
        InferenceModel(plan: reference.plan, tensors: reference.tensors), size, threads: Machine.coreCount),
      try openSession(InferenceModel(plan: bound.plan, tensors: bound.tensors), size, threads: Machine.coreCount),
    ]
    // Noise, and squares of one colour with some noise, so that there are edges and flat parts as in photographs.
    for (seed, side) in [1, 16].enumerated() {
      fillWithSquares(sessions[0].input, shape: sessions[0].inputShape, side: side, seed: UInt64(seed))
      _ = sessions[1].input.update(from: sessions[0].input)
      for session in sessions { session.run() }
      for (index, output) in graph.outputs.filter({ $0.role == .main }).enumerated() {
        var isDetections = false
        if case .decodeDetections = graph[output.value].op { isDetections = true }
        compare(sessions[0], sessions[1], output: index, isDetections: isDetections)
      }
    }
  }

  var isWithinBounds: Bool {
    pixels <= Self.pixelBound && probability <= Self.probabilityBound && relative <= Self.relativeBound
  }

  /// The differences in words.
  var text: String {
    let size = "\(size.height)x\(size.width)"
    let other = relative == 0 ? "" : ", other outputs \(relative.brief) of their largest value"
    return "largest difference from the unfused training graph, on 2 made-up pictures of \(size): "
      + "boxes \(pixels.brief) px, class probabilities \(probability.brief)\(other)"
  }

  /// The bounds in words.
  static var bounds: String { "\(pixelBound) px, \(probabilityBound) and \(relativeBound)" }

  private mutating func compare(_ expected: Session, _ found: Session, output: Int, isDetections: Bool) {
    let boxCount = 4 * (expected.outputShape(output).last ?? 0)
    let (left, right) = (expected.output(output), found.output(output))
    if isDetections {
      pixels = largest(pixels, difference(left[..<boxCount], right[..<boxCount]))
      probability = largest(probability, difference(left[boxCount...], right[boxCount...]))
    } else {
      let scale = left.reduce(0) { max($0, $1.magnitude) }
      relative = largest(relative, difference(left[...], right[...]) / max(scale, .leastNormalMagnitude))
    }
  }

  /// A small size that the plan can run at, a little wider than high.
  private static func pictureSize(for plan: Plan) -> InputSize {
    let input = plan.input
    for least in [128, 256, 512] {
      let height = (least + input.heightMultiple - 1) / input.heightMultiple * input.heightMultiple
      let width = least / input.widthMultiple * input.widthMultiple + input.widthMultiple
      let isSmaller = height <= input.height && width <= input.width
      if isSmaller, MemoryPlan(plan, height: height, width: width) != nil {
        return InputSize(height: height, width: width)
      }
    }
    return InputSize(height: input.height, width: input.width)
  }
}

/// The larger of two; what is no number is the largest of all.
private func largest(_ a: Float, _ b: Float) -> Float { a.isNaN || b.isNaN ? .nan : max(a, b) }

private func difference(_ left: some Sequence<Float>, _ right: some Sequence<Float>) -> Float {
  zip(left, right).reduce(0) { largest($0, ($1.0 - $1.1).magnitude) }
}

/// Fills an image of (channels, height, width) with squares of random colours, and noise; from 0 to 1.
private func fillWithSquares(_ image: UnsafeMutableBufferPointer<Float>, shape: [Int], side: Int, seed: UInt64) {
  let (channels, height, width) = (shape[0], shape[1], shape[2])
  let perRow = (width + side - 1) / side
  var state = seed
  /// The upper bits of a linear congruential generator with Knuth's constants for MMIX.
  func random() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) * 0x1p-24
  }
  for channel in 0..<channels {
    let squares = (0..<perRow * ((height + side - 1) / side)).map { _ in random() }
    for y in 0..<height {
      for x in 0..<width {
        image[(channel * height + y) * width + x] = 0.9 * squares[y / side * perRow + x / side] + 0.1 * random()
      }
    }
  }
}

extension Float {
  /// The number with two significant digits.
  fileprivate var brief: String {
    guard isFinite, self != 0 else { return "\(self)" }
    let factor = pow(10, 1 - log10(Double(magnitude)).rounded(.down))
    return "\((Double(self) * factor).rounded() / factor)"
  }
}
