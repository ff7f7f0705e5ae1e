import KernelInterface

/// Divides the (pixels × channels) product of a convolution into pieces for the threads to take.
///
/// Strips of pixels come first: each reads its own part of the input. Only when there are too few strips for the threads,
/// as on the smallest maps, are the output channels divided as well.
struct ProductTiling {
  let strips: Int
  /// The parts that the groups of output channels are divided into.
  let parts: Int
  let groups: ColumnGroups
  /// Counts the pixels of the longest strip.
  let capacity: Int
  /// Counts the floats of one thread's panel, and of what its rows are balanced with.
  let panelCount: Int
  let balanceCount: Int
  /// The rows that are balanced at a time.
  let balancedRows: Int
  let scratchCount: Int

  /// The floats of a panel that leave room for weights in a second-level cache of one or two megabytes.
  private static let panelBudget = 144 << 10
  /// The floats of rows that the first-level cache holds.
  private static let balancedBudget = 5 << 10

  init(
    _ layout: GEMMLayout, pixels: Int, groups: ColumnGroups, limits: TileLimits, isPaired: Bool, threads: Int
  ) {
    self.groups = groups
    let rows = isPaired ? limits.pairedRows : limits.rows[min(2, limits.vectors)]
    let affordable = Self.panelBudget / (layout.depths.count * 16) / rows * rows
    let longest = max(2 * rows, min(12 * rows, affordable))
    var strips = (pixels + longest - 1) / longest
    if strips < 8 * threads { strips = min(roundUp(strips, to: threads), max(1, pixels / rows)) }
    self.strips = strips
    parts = max(1, min(groups.count, (threads + strips - 1) / strips))
    capacity = (pixels + strips - 1) / strips
    panelCount = roundUp(capacity * layout.depths.count * 16, to: 16)
    balancedRows = max(16, Self.balancedBudget / (layout.depths.count * 16) / 4 * 4)
    balanceCount = isPaired ? roundUp(2 * capacity, to: 16) : 0
    scratchCount = threads * (panelCount + balanceCount)
  }
}

/// For each group, strip and part: copies the pixels that the strip depends on into a panel, multiplies it with the
/// part's weights and finishes the sums.
func runProduct(
  _ tiling: ProductTiling, _ layout: GEMMLayout, _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands,
  microkernels: Microkernels, productCode: ProductCode, multiply: (PanelProduct) -> Void, scratch: UnsafeMutablePointer<Float>,
  pool: ThreadPool
) {
  let weights = operands.weights
  let output = operands.output
  let pixels = geometry.outputShape.planeCount
  let gather = PanelGathering(geometry, layout, operands.inputs, productCode)
  func pixelRange(_ strip: Int) -> Range<Int> {
    strip * pixels / tiling.strips..<(strip + 1) * pixels / tiling.strips
  }
  layout.depths.withUnsafeBufferPointer { depths in
    guard let depths = depths.baseAddress else { return }  // a product has a depth of at least one
    pool.forEachWithSlot(layout.groups * tiling.strips * tiling.parts) { item, slot in
      let (rest, part) = item.quotientAndRemainder(dividingBy: tiling.parts)
      let (group, strip) = rest.quotientAndRemainder(dividingBy: tiling.strips)
      let range = pixelRange(strip)
      // Threads go on with the neighbour, more or less.
      let next = strip + 1
      let firstGroup = part * tiling.groups.count / tiling.parts
      let panel = scratch + slot * (tiling.panelCount + tiling.balanceCount)
      let blockStride = range.count * 16
      let rows = panel + tiling.panelCount
      let pairing = weights.pairing(group: group).map { Pairing(rows: rows, columns: $0) }
      // Rows are balanced while they are in the first-level cache, so a few of them at a time.
      let step = pairing == nil ? range.count : tiling.balancedRows
      for first in stride(from: 0, to: range.count, by: step) {
        let count = min(step, range.count - first)
        let start = panel + first * 16
        let pixels = range.lowerBound + first..<range.lowerBound + first + count
        gather.fill(start, blockStride: blockStride, pixels: pixels, group: group)
        if pairing != nil {
          microkernels.balanceRows(
            RowBalance(
              panel: start, blockStride: blockStride, rows: count, depths: depths, blocks: layout.depths.count,
              depth: layout.depth, result: rows + 2 * first))
        }
      }
      multiply(
        PanelProduct(
          panel: UnsafePointer(panel), blockStride: blockStride, rows: range.count, depths: depths,
          blocks: layout.depths.count, depth: layout.depth,
          weights: UnsafePointer(weights.weights + group * weights.groupCount), groups: tiling.groups,
          firstGroup: firstGroup, groupCount: (part + 1) * tiling.groups.count / tiling.parts - firstGroup,
          columns: layout.groupOutputs,
          output: output.floats
            + (range.lowerBound * output.floatStride + output.floatOffset( group * layout.groupOutputs)),
          outputStride: output.floatStride, firstPixel: range.lowerBound, width: geometry.outputWidth,
          epilogue: operands.epilogue(group: group), pairing: pairing,
          next: next < tiling.strips ? gather.wholeRows(pixels: pixelRange(next), group: group) : nil))
    }
  }
}

/// Copies what output pixels depend on, tap by tap and input by input, into a panel.
private struct PanelGathering {
  private let rows: WindowAxis
  private let columns: WindowAxis
  private let layout: GEMMLayout
  private let inputs: [FeatureMap]
  private let productCode: ProductCode

  init(_ geometry: ConvolutionGeometry, _ layout: GEMMLayout, _ inputs: [FeatureMap], _ productCode: ProductCode) {
    rows = geometry.rows
    columns = geometry.columns
    self.layout = layout
    self.inputs = inputs
    self.productCode = productCode
  }

  /// Whether output pixels are made from the input pixel in their own place: these follow each other as in the output,
  /// across the ends of rows.
  private var isPointwise: Bool {
    columns.kernel == 1 && rows.kernel == 1 && columns.stride == 1 && columns.padding == 0 && rows.padding == 0
  }

  /// The pixels that are the rows of a panel as they are, if there are such.
  func wholeRows(pixels: Range<Int>, group: Int) -> PixelRun? {
    guard isPointwise, inputs.count == 1 else { return nil }
    return run(inputs[0], pixels, channel: group * layout.groupInputs, channels: layout.groupInputs)
  }

  private func run(_ input: FeatureMap, _ pixels: Range<Int>, channel: Int, channels: Int) -> PixelRun {
    PixelRun(
      source: UnsafePointer(input.floats + (pixels.lowerBound * input.floatStride + input.floatOffset( channel))),
      pixelStep: input.floatStride, count: pixels.count, channels: channels, precision: input.elementType)
  }

  func fill(_ panel: UnsafeMutablePointer<Float>, blockStride: Int, pixels: Range<Int>, group: Int) {
    layout.forEachSegment { segment in
      let input = inputs[segment.input]
      let channel = group * layout.groupInputs + segment.channel
      let start = panel + segment.block * blockStride
      if isPointwise {
        productCode.packPixels(
          run(input, pixels, channel: channel, channels: segment.count), Panel(start: start, blockStride: blockStride))
        return
      }
      var pixel = pixels.lowerBound
      while pixel < pixels.upperBound {
        let y = pixel / columns.output
        let first = pixel - y * columns.output
        let last = min(columns.output, first + pixels.upperBound - pixel)
        fillRow(
          Panel(start: start + (pixel - pixels.lowerBound) * 16, blockStride: blockStride), segment, input,
          channel: channel, y: y, first..<last)
        pixel += last - first
      }
    }
  }

  /// Copies for neighbouring output pixels of one row what one segment reads.
  private func fillRow(
    _ panel: Panel, _ segment: GEMMLayout.Segment, _ input: FeatureMap, channel: Int, y: Int, _ xs: Range<Int>
  ) {
    var panel = panel
    func clear(_ count: Int) {
      if count > 0 {
        productCode.clearPixels(
          PixelRun(source: UnsafePointer(input.floats), pixelStep: 0, count: count, channels: segment.count), panel)
      }
      panel.start += count * 16
    }
    let inputY = rows.origin(y) + segment.tapY * rows.dilation
    guard inputY >= 0 && inputY < rows.input else { return clear(xs.count) }
    let line = input.floats + (inputY * input.floatRowStride + input.floatOffset( channel))
    // Where the tap, or every tap of the row, meets the map.
    let inside =
      layout.joinsTaps ? columns.interior : columns.positions(tap: segment.tapX)
    let from = min(max(xs.lowerBound, inside.lowerBound), xs.upperBound)
    let to = max(from, min(xs.upperBound, inside.upperBound))
    if layout.joinsTaps {
      for x in xs.lowerBound..<from { copyPixelAtBorder(line, x, input, &panel) }
    } else {
      clear(from - xs.lowerBound)
    }
    if from < to {
      let inputX = columns.origin(from) + segment.tapX * columns.dilation
      productCode.packPixels(
        PixelRun(
          source: UnsafePointer(line + inputX * input.floatStride), pixelStep: columns.stride * input.floatStride,
          count: to - from, channels: segment.count, precision: input.elementType), panel)
      panel.start += (to - from) * 16
    }
    if layout.joinsTaps {
      for x in to..<xs.upperBound { copyPixelAtBorder(line, x, input, &panel) }
    } else {
      clear(xs.upperBound - to)
    }
  }

  /// Copies a row of taps of which some lie in the padding.
  private func copyPixelAtBorder(_ line: UnsafePointer<Float>, _ x: Int, _ input: FeatureMap, _ panel: inout Panel) {
    let count = columns.kernel * input.floatStride
    // Whole vectors are read.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count + 15) { row in
      for place in 0..<row.count {
        let inputX = columns.origin(x) + place / input.floatStride
        let isInside = place < count && inputX >= 0 && inputX < columns.input
        row.initializeElement(
          at: place, to: isInside ? line[inputX * input.floatStride + place % input.floatStride] : 0)
      }
      guard let start = row.baseAddress else { return }  // a kernel has a tap
      productCode.packPixels(
        PixelRun(
          source: start, pixelStep: 0, count: 1, channels: count * input.elementType.dotLength,
          precision: input.elementType), panel)
    }
    panel.start += 16
  }
}
