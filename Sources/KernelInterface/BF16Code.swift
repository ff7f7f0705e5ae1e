/// The inner loops of the build for bf16: what makes products of numbers in bf16, and what else works on maps of them.
package struct BF16Code: Sendable {
  package let products: ProductCode
  /// Multiplies a panel of numbers in single precision, as `ProductCode` lays them out, for a map in bf16.
  package let multiplySinglePrecision: @Sendable (PanelProduct) -> Void
  /// For maps in either precision, like what follows.
  package let elementwise: @Sendable (ElementwiseRun) -> Void
  package let pool: @Sendable (PoolingRow) -> Void

  package init(
    products: ProductCode, multiplySinglePrecision: @escaping @Sendable (PanelProduct) -> Void,
    elementwise: @escaping @Sendable (ElementwiseRun) -> Void,
    pool: @escaping @Sendable (PoolingRow) -> Void
  ) {
    self.products = products
    self.multiplySinglePrecision = multiplySinglePrecision
    self.elementwise = elementwise
    self.pool = pool
  }
}
