import Elements

/// What makes the products of convolutions from factors of one precision, lays those out, and finishes the sums.
package struct ProductCode: Sendable {
  package let precision: ElementType
  package let limits: TileLimits

  package let packPixels: @Sendable (PixelRun, Panel) -> Void
  package let clearPixels: @Sendable (PixelRun, Panel) -> Void
  package let multiply: @Sendable (PanelProduct) -> Void
  package let packWeights: @Sendable (WeightPacking) -> Void
  package let transformInput: @Sendable (WinogradInput) -> Void
  package let transformOutput: @Sendable (WinogradOutput) -> Void
  package let transformWeights: @Sendable (WinogradWeights) -> Void
  /// Multiplies and adds 12 · 16 numbers, or pairs of them in bf16, so many times, and keeps sixteen of them.
  package let multiplyAdds: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void

  package init(
    precision: ElementType, limits: TileLimits, packPixels: @escaping @Sendable (PixelRun, Panel) -> Void,
    clearPixels: @escaping @Sendable (PixelRun, Panel) -> Void, multiply: @escaping @Sendable (PanelProduct) -> Void,
    packWeights: @escaping @Sendable (WeightPacking) -> Void,
    transformInput: @escaping @Sendable (WinogradInput) -> Void,
    transformOutput: @escaping @Sendable (WinogradOutput) -> Void,
    transformWeights: @escaping @Sendable (WinogradWeights) -> Void,
    multiplyAdds: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    self.precision = precision
    self.limits = limits
    self.packPixels = packPixels
    self.clearPixels = clearPixels
    self.multiply = multiply
    self.packWeights = packWeights
    self.transformInput = transformInput
    self.transformOutput = transformOutput
    self.transformWeights = transformWeights
    self.multiplyAdds = multiplyAdds
  }
}
