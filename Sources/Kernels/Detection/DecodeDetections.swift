import KernelInterface

/// Turns the raw predictions of all levels into boxes in input pixels and class probabilities.
///
/// The anchors of a level are its cells, row by row; the levels follow each other. For each anchor, the distances to
/// the left, top, right and bottom sides, in cells, are the means of `projection` under the softmax of their bins.
/// Output rows 0 to 3 are the centre x, centre y, width and height, the others the sigmoids of the class logits.
///
/// - Parameters:
///   - levels: (4·bins + classes, height, width) each
///   - strides: the input pixels of a cell of each level
///   - projection: (bins)
///   - output: (4 + classes, anchors), anchors being the sum of height·width over the levels
package func decodeDetections(
  levels: [FeatureMap], strides: [Float], bins: Int, classes: Int, projection: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>, microkernels: Microkernels, pool: ThreadPool
) {
  require(bins > 0 && classes >= 0, "Detections cannot have \(bins) bins and \(classes) classes.")
  let build = microkernels.build(for: .fp32)
  let anchors = levels.reduce(0) { $0 + $1.shape.planeCount }
  var offset = 0
  for (level, stride) in zip(levels, strides) {
    require(
      level.channels == 4 * bins + classes && level.elementType == .fp32,
      "A level of \(level.channels) channels in \(level.elementType.rawValue) is not that of a head.")
    let start = output + offset
    let cells = level.shape.planeCount
    // A vector of anchors at a time, so a partial one occurs once a level.
    pool.forEachRange((cells + laneCount - 1) / laneCount, atLeast: 4) { vectors in
      build.maps.decode(
        DecodeSpan(
          level: PixelSpan(level, count: cells, channels: level.channels), width: level.width,
          cells: laneCount * vectors.lowerBound..<min(cells, laneCount * vectors.upperBound), stride: stride,
          bins: bins, classes: classes, projection: projection, output: start, anchors: anchors))
    }
    offset += cells
  }
}
