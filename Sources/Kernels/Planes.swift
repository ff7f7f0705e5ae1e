import KernelInterface

/// Brings a planar image or map, (channels, height, width), into pixels.
package func readPlanes(
  _ planes: UnsafeMutablePointer<Float>, to map: FeatureMap, microkernels: Microkernels, pool: ThreadPool
) {
  interleave(.toPixels, planes, map, microkernels, pool)
}

/// Writes a map as planes, (channels, height, width).
package func writePlanes(
  _ map: FeatureMap, to planes: UnsafeMutablePointer<Float>, microkernels: Microkernels, pool: ThreadPool
) {
  interleave(.toPlanes, planes, map, microkernels, pool)
}

private func interleave(
  _ direction: PlanarRun.Direction, _ planes: UnsafeMutablePointer<Float>, _ map: FeatureMap, _ microkernels: Microkernels,
  _ pool: ThreadPool
) {
  require(map.elementType == .fp32, "Planes are in single precision, and so is a map that is brought into them.")
  let plane = map.shape.planeCount
  pool.forEachRange(plane, atLeast: max(1, 16384 / map.channels)) { pixels in
    microkernels.interleave(
      PlanarRun(
        direction: direction, planes: planes + pixels.lowerBound, planeStride: plane,
        pixels: map.floats + pixels.lowerBound * map.floatStride, pixelStride: map.floatStride, count: pixels.count,
        channels: map.channels))
  }
}
