import KernelInterface

/// Brings a planar image or map, (channels, height, width), into pixels.
package func readPlanes(
  _ planes: UnsafeMutablePointer<Float>, to map: FeatureMap, code: VectorCode, pool: ThreadPool
) {
  interleave(.toPixels, planes, map, code, pool)
}

/// Writes a map as planes, (channels, height, width).
package func writePlanes(
  _ map: FeatureMap, to planes: UnsafeMutablePointer<Float>, code: VectorCode, pool: ThreadPool
) {
  interleave(.toPlanes, planes, map, code, pool)
}

private func interleave(
  _ direction: PlanarRun.Direction, _ planes: UnsafeMutablePointer<Float>, _ map: FeatureMap, _ code: VectorCode,
  _ pool: ThreadPool
) {
  require(map.precision == .fp32, "Planes are in single precision, and so is a map that is brought into them.")
  let plane = map.shape.planeCount
  pool.forEachRange(plane, atLeast: max(1, 16384 / map.channels)) { pixels in
    code.interleave(
      PlanarRun(
        direction: direction, planes: planes + pixels.lowerBound, planeStride: plane,
        pixels: map.start + pixels.lowerBound * map.pixelStride, pixelStride: map.pixelStride, count: pixels.count,
        channels: map.channels))
  }
}
