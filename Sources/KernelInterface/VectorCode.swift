import Elements

/// The inner loops, built for one instruction set.
///
/// The same source, `Sources/Microkernels`, is compiled once for every instruction set; this table is all that the rest of
/// the program sees of a build of it, or `BF16Code` of the build for bf16. Pointers and counts go in, no collections: generic
/// code of the standard library that two builds share could be linked from the wrong one. `make check-processors` proves
/// that there is none.
package struct Microkernels: Sendable {
  /// As printed and as asked for: `avx512-paired`, `avx512`, `avx2`, `baseline`.
  package private(set) var name: String
  /// Whether the processor adds in other units than it multiplies in, so that products by pairs are faster.
  package private(set) var hasSeparateAddPipe = false
  /// What makes products of numbers in single precision.
  package let singlePrecision: ProductCode
  /// What works in bf16, where the processor has instructions for it.
  package private(set) var bf16: BF16Code?

  package let balanceRows: @Sendable (RowBalance) -> Void
  package let balanceColumns: @Sendable (ColumnBalance) -> Void
  package let depthwise: @Sendable (DepthwiseRow) -> Void
  package let elementwise: @Sendable (ElementwiseRun) -> Void
  package let pool: @Sendable (PoolingRow) -> Void
  package let decode: @Sendable (DecodeRun) -> Void
  package let interleave: @Sendable (PlanarRun) -> Void

  package init(
    name: String, singlePrecision: ProductCode, balanceRows: @escaping @Sendable (RowBalance) -> Void,
    balanceColumns: @escaping @Sendable (ColumnBalance) -> Void,
    depthwise: @escaping @Sendable (DepthwiseRow) -> Void,
    elementwise: @escaping @Sendable (ElementwiseRun) -> Void, pool: @escaping @Sendable (PoolingRow) -> Void,
    decode: @escaping @Sendable (DecodeRun) -> Void, interleave: @escaping @Sendable (PlanarRun) -> Void
  ) {
    self.name = name
    self.singlePrecision = singlePrecision
    self.balanceRows = balanceRows
    self.balanceColumns = balanceColumns
    self.depthwise = depthwise
    self.elementwise = elementwise
    self.pool = pool
    self.decode = decode
    self.interleave = interleave
  }

  /// What makes products of a precision.
  package func products(_ precision: ElementType) -> ProductCode? {
    switch precision {
    case .fp32: singlePrecision
    case .bf16: bf16?.products
    default: nil
    }
  }
}

extension Microkernels {
  /// The same code under another name, for processors that add in other units than they multiply in.
  package func withSeparateAddPipe(name: String) -> Microkernels {
    var code = self
    code.name = name
    code.hasSeparateAddPipe = true
    return code
  }

  /// The same code, with what works in bf16.
  package func with(_ bf16: BF16Code) -> Microkernels {
    var code = self
    code.bf16 = bf16
    return code
  }
}
