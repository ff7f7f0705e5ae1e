/// The form of an exported model.
package struct ONNXOptions: Sendable, Hashable {
  /// The images that a run takes.
  package enum Batch: Sendable, Hashable {
    case fixed(Int)
    /// Any number.
    case dynamic
  }

  /// The input size in pixels.
  package enum Size: Sendable, Hashable {
    case fixed(height: Int, width: Int)
    /// Any that is legal for the plan.
    case dynamic
  }

  /// Non-maximum suppression inside the model, as `gelan detect` does it.
  package struct Suppression: Sendable, Hashable {
    /// The probability that an object's class must exceed.
    package var confidence: Float
    /// Of two boxes of a class that overlap more than this, by intersection over union, the less probable one goes.
    package var iou: Double
    /// The objects of an image; a model without so many gives rows of zeros.
    package var maximumDetections: Int

    package init(confidence: Float, iou: Double, maximumDetections: Int) {
      self.confidence = confidence
      self.iou = iou
      self.maximumDetections = maximumDetections
    }
  }

  package var opset: Int
  package var batch: Batch
  package var size: Size
  package var suppression: Suppression?

  package init(
    opset: Int = ONNXModel.defaultOpset, batch: Batch = .fixed(1), size: Size, suppression: Suppression? = nil
  ) {
    self.opset = opset
    self.batch = batch
    self.size = size
    self.suppression = suppression
  }
}
