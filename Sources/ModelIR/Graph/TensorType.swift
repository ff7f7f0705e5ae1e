/// The type of a tensor: its channels and how its extents follow from the input size. The batch is not part of it, since
/// no operator mixes images.
package struct TensorType: Sendable, Hashable {
  package enum Layout: Sendable, Hashable {
    /// A feature map, (channels, height, width).
    case map(height: Extent, width: Extent)
    /// Predictions, (channels, anchors): the cells of several maps one after another, each row by row.
    case anchors([Level])
  }

  /// The cells of one map.
  package struct Level: Sendable, Hashable {
    package let height: Extent
    package let width: Extent
  }

  package let channels: Int
  package let layout: Layout

  /// The limit on channels, beyond any network: products of sizes stay far from overflow.
  package static let maximumChannels = 1 << 20
  /// Predictions come from at most this many maps.
  package static let maximumLevels = 64

  package init(channels: Int, height: Extent, width: Extent) {
    self.channels = channels
    layout = .map(height: height, width: width)
  }

  package init(channels: Int, anchors levels: [Level]) {
    self.channels = channels
    layout = .anchors(levels)
  }

  /// Height and width of a feature map; `nil` for predictions.
  package var extents: (height: Extent, width: Extent)? {
    if case .map(let height, let width) = layout { return (height, width) }
    return nil
  }

  package var levels: [Level] {
    switch layout {
    case .map(let height, let width): [Level(height: height, width: width)]
    case .anchors(let levels): levels
    }
  }

  /// The same map with other channels.
  package func withChannels(_ channels: Int) -> TensorType {
    switch layout {
    case .map(let height, let width): TensorType(channels: channels, height: height, width: width)
    case .anchors(let levels): TensorType(channels: channels, anchors: levels)
    }
  }

  /// The dimensions after the batch for one input size; `nil` if the size is not legal for this tensor.
  package func shape(height: Int, width: Int) -> [Int]? {
    var cells: [[Int]] = []
    for level in levels {
      guard let h = level.height.pixels(forInputSide: height), let w = level.width.pixels(forInputSide: width), h > 0,
        w > 0
      else { return nil }
      cells.append([h, w])
    }
    switch layout {
    case .map: return [channels] + cells[0]
    case .anchors:
      var count = 0
      for cell in cells {
        let (product, overflow) = cell[0].multipliedReportingOverflow(by: cell[1])
        let (sum, sumOverflow) = count.addingReportingOverflow(product)
        if overflow || sumOverflow { return nil }
        count = sum
      }
      return [channels, count]
    }
  }

  /// The smallest number of which this tensor requires the input's height to be a multiple.
  package var heightMultiple: Int { levels.reduce(1) { leastCommonMultiple($0, $1.height.denominator) } }
  package var widthMultiple: Int { levels.reduce(1) { leastCommonMultiple($0, $1.width.denominator) } }
}

/// The least common multiple, or `Int.max` if it overflows.
package func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  let (product, overflow) = (a / greatestCommonDivisor(a, b)).multipliedReportingOverflow(by: b)
  return overflow ? Int.max : product
}
