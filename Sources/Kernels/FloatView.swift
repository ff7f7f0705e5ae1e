import Elements
import KernelInterface

extension FeatureMap {
  var floats: UnsafeMutablePointer<Float> { start.assumingMemoryBound(to: Float.self) }
  var floatStride: Int { pixelStride / 4 }
  var floatRowStride: Int { rowStride / 4 }
  func floatOffset(_ channel: Int) -> Int { byteOffset(ofChannel: channel) / 4 }
}

extension ElementType {
  /// How many neighbouring elements of the depth one lane of a packed operand holds, which one instruction multiplies and
  /// sums: XNNPACK's `kr`.
  var dotLength: Int { 4 / byteCount }
}
