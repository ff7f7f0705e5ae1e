import Glibc
import Kernels
import ModelIR

/// How far the outputs of two forms of one plan are apart at most.
package struct OutputDifference: Sendable, Hashable {
  /// Of a box's centre, width or height, in pixels; nothing when the plan decodes no detections.
  package private(set) var pixels: Float?
  /// What 99 of 100 of those differences stay within. A cell that sees nothing has hardly an opinion on its box, so the
  /// largest difference may be of a box that nobody will be shown.
  package private(set) var pixelsOfMost: Float?
  /// Of a class probability.
  package private(set) var probability: Float?
  /// How far the difference would move a probability of one half at most. Made-up images show no objects, and where all
  /// probabilities are next to 0 they hardly differ; the scores that they are made from do as they would elsewhere.
  package private(set) var swing: Float?
  /// What 99 of 100 of those stay within.
  package private(set) var swingOfMost: Float?
  /// Of any other output.
  package private(set) var value: Float?

  /// Runs both on the same images at one size: squares of random colours with some noise, so that there are
  /// edges and flat parts as in pictures. The images are the same on every machine.
  ///
  /// - Parameters:
  ///   - model: Two models with the same input and outputs.
  ///   - height: A legal size in pixels; nothing for the plan's own.
  ///   - images: How many images to run.
  ///   - instructions: What both may use of the processor.
  package init(
    between model: LoadedPlan, and other: LoadedPlan, height: Int? = nil, width: Int? = nil, images: Int,
    threads: Int, instructions: InstructionSet = .best
  ) throws(ModelError) {
    let session = try Session(model, height: height, width: width, threads: threads, instructions: instructions)
    let otherSession = try Session(other, height: height, width: width, threads: threads, instructions: instructions)
    var (boxDifferences, swings): ([Float], [Float]) = ([], [])
    for image in 0..<images {
      fillWithSquares(session.input, shape: session.inputShape, seed: UInt64(image))
      _ = otherSession.input.update(from: session.input)
      session.run()
      otherSession.run()
      for (index, output) in model.plan.outputs.enumerated() {
        let columns = session.outputShape(index).dropFirst().reduce(1, *)
        let boxCount = output.detections.map { $0.boxRows.count * columns }
        for (place, pair) in zip(session.output(index), otherSession.output(index)).enumerated() {
          let difference = (pair.0 - pair.1).magnitude
          guard let boxCount else {
            add(difference, to: \.value)
            continue
          }
          if place < boxCount {
            boxDifferences.append(difference)
          } else {
            swings.append(Self.swing(pair.0, pair.1))
          }
          add(difference, to: place < boxCount ? \.pixels : \.probability)
        }
      }
    }
    (pixelsOfMost, _) = Self.mostAndAll(&boxDifferences)
    (swingOfMost, swing) = Self.mostAndAll(&swings)
  }

  /// What 99 of 100 differences stay within, and the largest.
  private static func mostAndAll(_ differences: inout [Float]) -> (Float?, Float?) {
    // A difference that is no number belongs to the largest.
    differences.sort { $0 < $1 || ($1.isNaN && !$0.isNaN) }
    return (differences.isEmpty ? nil : differences[differences.count * 99 / 100], differences.last)
  }

  /// How far σ(z) moves at most when z does as it has to for a probability to become another: tanh(Δz / 4), from
  /// σ(-Δz / 2) to σ(Δz / 2).
  private static func swing(_ probability: Float, _ other: Float) -> Float {
    // Beyond these, single precision keeps too little of z.
    func score(_ probability: Float) -> Float {
      let bounded = max(1e-30, min(probability, 0.999))
      return log(bounded / (1 - bounded))
    }
    if probability.isNaN || other.isNaN { return .nan }
    return tanh((score(probability) - score(other)).magnitude / 4)
  }

  private mutating func add(_ difference: Float, to kind: WritableKeyPath<Self, Float?>) {
    // A difference that is no number is the largest of all.
    let known = self[keyPath: kind] ?? 0
    if known < difference || difference.isNaN || self[keyPath: kind] == nil { self[keyPath: kind] = difference }
  }

  /// The differences in words: `boxes 1.7 px (99 of 100 within 0.02), probabilities 0.0002`.
  package var description: String {
    let boxes = pixels.map { "boxes \($0) px" + (pixelsOfMost.map { " (99 of 100 within \($0))" } ?? "") }
    return [boxes, probability.map { "probabilities \($0)" }, value.map { "values \($0)" }]
      .compactMap { $0 }.joined(separator: ", ")
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
