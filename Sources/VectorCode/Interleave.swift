import KernelInterface

/// Brings the channels of pixels together, or apart.
func interleaveRun(_ run: PlanarRun) {
  switch run.direction {
  case .toPixels:
    if run.channels == 3, run.pixelStride == 3 { return interleaveThree(run) }
    for pixel in 0..<run.count {
      for channel in 0..<run.channels {
        run.pixels[pixel * run.pixelStride + channel] = run.planes[channel * run.planeStride + pixel]
      }
    }
  case .toPlanes:
    for channel in 0..<run.channels {
      let plane = run.planes + channel * run.planeStride
      for pixel in 0..<run.count { plane[pixel] = run.pixels[pixel * run.pixelStride + channel] }
    }
  }
}

/// The image: three planes to pixels of three floats.
private func interleaveThree(_ run: PlanarRun) {
  let (red, green, blue) = (run.planes, run.planes + run.planeStride, run.planes + 2 * run.planeStride)
  // A store of four floats reaches into the next pixel, which is written after it; behind the last pixel another thread
  // may have written already.
  for pixel in 0..<run.count - 1 {
    let four = SIMD4<Float>(red[pixel], green[pixel], blue[pixel], 0)
    UnsafeMutableRawPointer(run.pixels + 3 * pixel).storeBytes(of: four, as: SIMD4<Float>.self)
  }
  let last = run.count - 1
  run.pixels[3 * last] = red[last]
  run.pixels[3 * last + 1] = green[last]
  run.pixels[3 * last + 2] = blue[last]
}
