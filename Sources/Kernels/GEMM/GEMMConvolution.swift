import KernelInterface

/// For each group, strip and part: gathers the pixels that the strip depends on into a panel (im2col), multiplies it with
/// the part's weights and finishes the sums.
///
/// - Parameter multiply: the microkernel, of a build that can write the output
func runGEMM(
  _ tiling: GEMMTiling, _ geometry: ConvolutionGeometry, _ operands: ConvolutionOperands, _ gemm: GEMMMicrokernels,
  multiply: (GEMMOperands) -> Void, scratch: UnsafeMutableRawPointer, pool: ThreadPool
) {
  let weights = operands.weights
  let layout = weights.layout
  let pixels = geometry.outputShape.planeCount
  let im2col = Im2col(geometry, layout, operands.inputs, gemm)
  layout.withDepths { depths in
    pool.forEachWithSlot(layout.groups * tiling.strips * tiling.parts) { item, slot in
      let (rest, part) = item.quotientAndRemainder(dividingBy: tiling.parts)
      let (group, strip) = rest.quotientAndRemainder(dividingBy: tiling.strips)
      let range = tiling.pixels(ofStrip: strip, of: pixels)
      let start = scratch + slot * (tiling.panelBytes + tiling.termBytes)
      let panel = Panel(
        start: start, blockStride: range.count * vectorBytes, elementType: weights.kernel.elementType)
      let terms = weights.terms(group: group).map { columns in
        let rows = (start + tiling.panelBytes).assumingMemoryBound(to: Float.self)
        return (rows: rows, columns: columns)
      }
      // Rows are scaled while they are in the first-level cache, so a few of them at a time.
      let step = terms == nil ? range.count : tiling.scaledRows
      for first in stride(from: 0, to: range.count, by: step) {
        let count = min(step, range.count - first)
        var rows = panel
        rows.start += first * vectorBytes
        im2col.fill(rows, pixels: range.lowerBound + first..<range.lowerBound + first + count, group: group)
        if let terms {
          gemm.scaleRows(RowScaling(panel: rows, rows: count, depths: depths, result: terms.rows + 2 * first))
        }
      }
      let groups = part * tiling.groups.count / tiling.parts..<(part + 1) * tiling.groups.count / tiling.parts
      // Threads go on with the neighbour, more or less.
      let next = strip + 1 < tiling.strips ? tiling.pixels(ofStrip: strip + 1, of: pixels) : nil
      multiply(
        GEMMOperands(
          panel: panel, rows: range.count, depths: depths,
          weights: PackedColumns(
            start: weights.start(group: group), depth: layout.depth, columns: layout.groupOutputs,
            groups: tiling.groups, range: groups),
          output: operands.output(group: group, pixel: range.lowerBound), epilogue: operands.epilogue(group: group),
          innerProduct: terms.map { InnerProductTerms(rows: $0.rows, columns: $0.columns) },
          next: next.flatMap { im2col.wholeRows(pixels: $0, group: group) }))
    }
  }
}
