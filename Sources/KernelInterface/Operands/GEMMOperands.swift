/// A GEMM of a panel with packed weights: output[row][column] = Σ panel[row][d] · weights[d][column].
package struct GEMMOperands {
  package var panel: Panel
  package var rows: Int
  package var depths: DepthBlocks
  package var weights: PackedColumns
  package var output: OutputSpan
  package var epilogue: Epilogue
  /// For operands that were scaled for Winograd's inner product; then groups are one vector wide.
  package var innerProduct: InnerProductTerms?
  /// The pixels that will be the next panel: they are prefetched meanwhile, a few lines with each tile.
  package var next: PixelSpan?

  package init(
    panel: Panel, rows: Int, depths: DepthBlocks, weights: PackedColumns, output: OutputSpan,
    epilogue: Epilogue = Epilogue(), innerProduct: InnerProductTerms? = nil, next: PixelSpan? = nil
  ) {
    self.panel = panel
    self.rows = rows
    self.depths = depths
    self.weights = weights
    self.output = output
    self.epilogue = epilogue
    self.innerProduct = innerProduct
    self.next = next
  }
}

/// What turns the sums of Winograd's inner product into those of a GEMM:
/// `(sum − column correction − row correction) · column scale · row scale`.
package struct InnerProductTerms {
  /// (rows, 2): the correction and the scale of each row.
  package var rows: UnsafePointer<Float>
  /// (vectors, 2, lanes): the corrections and the scales of each vector of columns.
  package var columns: UnsafePointer<Float>

  package init(rows: UnsafePointer<Float>, columns: UnsafePointer<Float>) {
    self.rows = rows
    self.columns = columns
  }
}

/// The rows of a panel to be scaled for Winograd's inner product, in place.
package struct RowScaling {
  package var panel: Panel
  package var rows: Int
  package var depths: DepthBlocks
  /// (rows, 2), as `InnerProductTerms` has them.
  package var result: UnsafeMutablePointer<Float>

  package init(panel: Panel, rows: Int, depths: DepthBlocks, result: UnsafeMutablePointer<Float>) {
    self.panel = panel
    self.rows = rows
    self.depths = depths
    self.result = result
  }
}

/// The packed weights of one vector of columns to be scaled for Winograd's inner product, in place.
package struct ColumnScaling {
  /// (depth, lanes).
  package var weights: UnsafeMutablePointer<Float>
  package var depths: DepthBlocks
  /// (2, lanes), as `InnerProductTerms` has them.
  package var result: UnsafeMutablePointer<Float>

  package init(weights: UnsafeMutablePointer<Float>, depths: DepthBlocks, result: UnsafeMutablePointer<Float>) {
    self.weights = weights
    self.depths = depths
    self.result = result
  }
}
