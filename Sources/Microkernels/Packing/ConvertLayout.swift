import KernelInterface

/// Converts pixels from NCHW to NHWC, or back.
func convertLayout(_ span: LayoutConversion) {
  switch span.direction {
  case .toNHWC:
    if span.channels == 3, span.pixelStride == 3 { return interleaveThree(span) }
    for pixel in 0..<span.count {
      for channel in 0..<span.channels {
        span.pixels[pixel * span.pixelStride + channel] = span.planes[channel * span.planeStride + pixel]
      }
    }
  case .toNCHW:
    for channel in 0..<span.channels {
      let plane = span.planes + channel * span.planeStride
      for pixel in 0..<span.count { plane[pixel] = span.pixels[pixel * span.pixelStride + channel] }
    }
  }
}

/// The image: three planes to pixels of three floats.
private func interleaveThree(_ span: LayoutConversion) {
  let (red, green, blue) = (span.planes, span.planes + span.planeStride, span.planes + 2 * span.planeStride)
  // A store of four floats reaches into the next pixel, which is written after it; behind the last pixel another thread
  // may have written already.
  for pixel in 0..<span.count - 1 {
    let four = SIMD4<Float>(red[pixel], green[pixel], blue[pixel], 0)
    UnsafeMutableRawPointer(span.pixels + 3 * pixel).storeBytes(of: four, as: SIMD4<Float>.self)
  }
  let last = span.count - 1
  span.pixels[3 * last] = red[last]
  span.pixels[3 * last + 1] = green[last]
  span.pixels[3 * last + 2] = blue[last]
}
