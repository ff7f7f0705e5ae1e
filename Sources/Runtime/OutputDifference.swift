import ModelIR

/// How far the outputs of two forms of one plan are apart at most.
package struct OutputDifference: Sendable, Hashable {
  /// Of a box's centre, width or height, in pixels; nothing when the plan decodes no detections.
  package private(set) var pixels: Float?
  /// Of a class probability.
  package private(set) var probability: Float?
  /// Of any other output.
  package private(set) var value: Float?

  /// Runs both on the same images at one size: squares of random colours with some noise, so that there are
  /// edges and flat parts as in pictures. The images are the same on every machine.
  ///
  /// - Parameters:
  ///   - model: Two models with the same input and outputs.
  ///   - height: A legal size in pixels; nothing for the plan's own.
  ///   - images: How many images to run.
  package init(
    between model: InferenceModel, and other: InferenceModel, height: Int? = nil, width: Int? = nil, images: Int,
    threads: Int
  ) throws(ModelError) {
    let session = try Session(model, height: height, width: width, threads: threads)
    let otherSession = try Session(other, height: height, width: width, threads: threads)
    for image in 0..<images {
      fillWithSquares(session.input, shape: session.inputShape, seed: UInt64(image))
      _ = otherSession.input.update(from: session.input)
      session.run()
      otherSession.run()
      for (index, output) in model.plan.outputs.enumerated() {
        let columns = session.outputShape(index).dropFirst().reduce(1, *)
        let isDetections = model.plan.decodes(output.view)
        for (row, difference) in largestDifferences(session.output(index), otherSession.output(index), columns)
          .enumerated()
        {
          add(difference, to: !isDetections ? \.value : row < 4 ? \.pixels : \.probability)
        }
      }
    }
  }

  private mutating func add(_ difference: Float, to kind: WritableKeyPath<Self, Float?>) {
    // A difference that is no number is the largest of all.
    let known = self[keyPath: kind] ?? 0
    self[keyPath: kind] = difference.isNaN || known.isNaN ? .nan : max(known, difference)
  }

  /// The differences in words: `0.013 px, probability 0.0002`.
  package var description: String {
    let parts = [
      pixels.map { "boxes \($0) px" }, probability.map { "probabilities \($0)" }, value.map { "values \($0)" },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}

extension Plan {
  /// Whether a view shows decoded detections: four rows of boxes, then the probabilities.
  fileprivate func decodes(_ view: BufferView) -> Bool {
    steps.contains { step in
      if case .decodeDetections = step.op { return step.output == view }
      return false
    }
  }
}

/// The largest difference in each row of two tensors of (rows, columns).
private func largestDifferences(
  _ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Float>, _ columns: Int
) -> [Float] {
  stride(from: 0, to: left.count, by: columns).map { start in
    (start..<start + columns).reduce(0) { largest, index in
      let difference = (left[index] - right[index]).magnitude
      return difference > largest || difference.isNaN ? difference : largest
    }
  }
}

/// Fills an image of (channels, height, width) with squares of 32 pixels in random colours, and noise.
private func fillWithSquares(_ image: UnsafeMutableBufferPointer<Float>, shape: [Int], seed: UInt64) {
  let side = 32
  let (channels, height, width) = (shape[0], shape[1], shape[2])
  let perRow = (width + side - 1) / side
  var state = seed
  /// From 0 to 1: the upper bits of a linear congruential generator with Knuth's constants for MMIX.
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
