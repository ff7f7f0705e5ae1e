/// What a detector found in one image, and how long it took.
public struct DetectionResult: Sendable {
  /// The objects, from the most to the least probable.
  public let objects: [DetectedObject]
  /// The height of the network's input for the image, in pixels.
  public let inputHeight: Int
  /// The width of the network's input for the image, in pixels.
  public let inputWidth: Int
  /// The time to scale the image and, for the first one of its shape, to open a session.
  public let prepareTime: Duration
  /// The time of the network.
  public let runTime: Duration
  /// The time to select the objects among its predictions.
  public let selectTime: Duration
}
