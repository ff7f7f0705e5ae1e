import KernelInterface

/// Implicit GEMM: gathers what output pixels depend on, tap by tap and input by input, into a panel of the matrix that
/// im2col would make of the whole input.
struct Im2col {
  private let rows: WindowAxis
  private let columns: WindowAxis
  private let layout: GEMMLayout
  private let inputs: [FeatureMap]
  private let gemm: GEMMMicrokernels

  init(_ geometry: ConvolutionGeometry, _ layout: GEMMLayout, _ inputs: [FeatureMap], _ gemm: GEMMMicrokernels) {
    rows = geometry.rows
    columns = geometry.columns
    self.layout = layout
    self.inputs = inputs
    self.gemm = gemm
  }

  /// Whether output pixels are made from the input pixel in their own place: these follow each other as in the output,
  /// across the ends of rows.
  private var isPointwise: Bool {
    columns.kernel == 1 && rows.kernel == 1 && columns.stride == 1 && columns.padding == 0 && rows.padding == 0
  }

  /// The pixels that are the rows of a panel as they are; `nil` if a row is gathered from several.
  func wholeRows(pixels: Range<Int>, group: Int) -> PixelSpan? {
    guard isPointwise, inputs.count == 1 else { return nil }
    return PixelSpan(
      inputs[0], pixel: pixels.lowerBound, count: pixels.count, channel: group * layout.groupInputs,
      channels: layout.groupInputs)
  }

  func fill(_ panel: Panel, pixels: Range<Int>, group: Int) {
    layout.forEachSegment { segment in
      let input = inputs[segment.input]
      let channel = group * layout.groupInputs + segment.channel
      var rows = panel
      rows.start += segment.block * panel.blockStride
      if isPointwise {
        gemm.packPixels(
          PixelSpan(
            input, pixel: pixels.lowerBound, count: pixels.count, channel: channel, channels: segment.count), rows)
        return
      }
      var pixel = pixels.lowerBound
      while pixel < pixels.upperBound {
        let y = pixel / columns.output
        let first = pixel - y * columns.output
        let last = min(columns.output, first + pixels.upperBound - pixel)
        fillRow(&rows, segment, input, channel: channel, y: y, first..<last)
        pixel += last - first
      }
    }
  }

  /// Gathers for neighbouring output pixels of one row what one segment reads, and goes on behind them.
  private func fillRow(
    _ panel: inout Panel, _ segment: GEMMLayout.Segment, _ input: FeatureMap, channel: Int, y: Int, _ xs: Range<Int>
  ) {
    var span = PixelSpan(input, count: 0, channel: channel, channels: segment.count)
    func clear(_ count: Int) {
      span.count = count
      if count > 0 { gemm.clearPixels(span, panel) }
      panel.start += count * vectorBytes
    }
    let inputY = rows.origin(y) + segment.tapY * rows.dilation
    guard inputY >= 0 && inputY < rows.input else { return clear(xs.count) }
    let line = span.start + inputY * input.rowStride
    // Where the tap, or every tap of the row, meets the map.
    let inside = layout.fusesTaps ? columns.interior : columns.positions(tap: segment.tapX)
    let from = min(max(xs.lowerBound, inside.lowerBound), xs.upperBound)
    let to = max(from, min(xs.upperBound, inside.upperBound))
    if layout.fusesTaps {
      for x in xs.lowerBound..<from { packPixelAtBorder(line, x, input, &panel) }
    } else {
      clear(from - xs.lowerBound)
    }
    if from < to {
      let inputX = columns.origin(from) + segment.tapX * columns.dilation
      gemm.packPixels(
        PixelSpan(
          start: line + inputX * input.pixelStride, stride: columns.stride * input.pixelStride, count: to - from,
          channels: segment.count, elementType: input.elementType), panel)
      panel.start += (to - from) * vectorBytes
    }
    if layout.fusesTaps {
      for x in to..<xs.upperBound { packPixelAtBorder(line, x, input, &panel) }
    } else {
      clear(xs.upperBound - to)
    }
  }

  /// Packs a row of taps of which some lie in the padding.
  private func packPixelAtBorder(_ line: UnsafeRawPointer, _ x: Int, _ input: FeatureMap, _ panel: inout Panel) {
    let bytes = columns.kernel * input.pixelStride
    // Whole vectors are read.
    withUnsafeTemporaryAllocation(
      byteCount: bytes + BufferLayout.overRead, alignment: BufferLayout.alignment
    ) { row in
      guard let start = row.baseAddress else { return }  // a kernel has a tap
      start.initializeMemory(as: UInt8.self, repeating: 0, count: row.count)
      for tap in 0..<columns.kernel {
        let inputX = columns.origin(x) + tap
        guard inputX >= 0 && inputX < columns.input else { continue }
        (start + tap * input.pixelStride).copyMemory(
          from: line + inputX * input.pixelStride, byteCount: input.pixelStride)
      }
      gemm.packPixels(
        PixelSpan(
          start: start, stride: 0, count: 1, channels: bytes / input.elementType.byteCount,
          elementType: input.elementType), panel)
    }
    panel.start += vectorBytes
  }
}
