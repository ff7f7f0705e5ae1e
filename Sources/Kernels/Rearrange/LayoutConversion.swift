import KernelInterface

/// Converts an image or map from NCHW, (channels, height, width), to NHWC.
package func readPlanes(
  _ planes: UnsafeMutablePointer<Float>, to map: FeatureMap, microkernels: Microkernels, pool: ThreadPool
) {
  convert(.toNHWC, planes, map, microkernels, pool)
}

/// Converts a map from NHWC to NCHW, (channels, height, width).
package func writePlanes(
  _ map: FeatureMap, to planes: UnsafeMutablePointer<Float>, microkernels: Microkernels, pool: ThreadPool
) {
  convert(.toNCHW, planes, map, microkernels, pool)
}

private func convert(
  _ direction: LayoutConversion.Direction, _ planes: UnsafeMutablePointer<Float>, _ map: FeatureMap,
  _ microkernels: Microkernels, _ pool: ThreadPool
) {
  require(map.elementType == .fp32, "A map that is converted from or to NCHW is in fp32.")
  let plane = map.shape.planeCount
  let convertLayout = microkernels.build(for: .fp32).maps.convertLayout
  let pixelStride = map.pixelStride / map.elementType.byteCount
  let start = map.start.assumingMemoryBound(to: Float.self)
  pool.forEachRange(plane, atLeast: max(1, 16384 / map.channels)) { pixels in
    convertLayout(
      LayoutConversion(
        direction: direction, planes: planes + pixels.lowerBound, planeStride: plane,
        pixels: start + pixels.lowerBound * pixelStride, pixelStride: pixelStride, count: pixels.count,
        channels: map.channels))
  }
}
