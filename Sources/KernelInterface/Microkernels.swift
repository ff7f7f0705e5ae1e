import Elements

/// The microkernels of one build: of one instruction set, for one type of GEMM operands.
///
/// `Sources/Microkernels` is compiled once for every build; this table is all that the rest of the program sees of it.
/// Pointers and counts go in, no collections: generic code of the standard library that two builds share could be linked
/// from the wrong one. `make check-processors` proves that there is none.
package struct MicrokernelBuild: Sendable {
  /// The target's own description.
  package let name: String
  /// The type of packed operands. Maps are of this type or fp32.
  package let operands: ElementType
  package let registerTile: RegisterTile
  package let gemm: GEMMMicrokernels
  package let winograd: WinogradMicrokernels
  package let maps: MapMicrokernels

  package init(
    name: String, operands: ElementType, registerTile: RegisterTile, gemm: GEMMMicrokernels,
    winograd: WinogradMicrokernels, maps: MapMicrokernels
  ) {
    self.name = name
    self.operands = operands
    self.registerTile = registerTile
    self.gemm = gemm
    self.winograd = winograd
    self.maps = maps
  }
}

/// Packs the operands of GEMMs, multiplies them and finishes the sums.
package struct GEMMMicrokernels: Sendable {
  package let packPixels: @Sendable (PixelSpan, Panel) -> Void
  package let clearPixels: @Sendable (PixelSpan, Panel) -> Void
  package let packWeights: @Sendable (WeightPacking) -> Void
  package let multiply: @Sendable (GEMMOperands) -> Void
  /// Scales rows for Winograd's inner product.
  package let scaleRows: @Sendable (RowScaling) -> Void
  /// Scales columns for Winograd's inner product.
  package let scaleColumns: @Sendable (ColumnScaling) -> Void
  /// Multiplies and adds 12 vectors, so many times, in registers alone, and keeps one vector.
  package let multiplyAdds: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void

  package init(
    packPixels: @escaping @Sendable (PixelSpan, Panel) -> Void,
    clearPixels: @escaping @Sendable (PixelSpan, Panel) -> Void,
    packWeights: @escaping @Sendable (WeightPacking) -> Void, multiply: @escaping @Sendable (GEMMOperands) -> Void,
    scaleRows: @escaping @Sendable (RowScaling) -> Void, scaleColumns: @escaping @Sendable (ColumnScaling) -> Void,
    multiplyAdds: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    self.packPixels = packPixels
    self.clearPixels = clearPixels
    self.packWeights = packWeights
    self.multiply = multiply
    self.scaleRows = scaleRows
    self.scaleColumns = scaleColumns
    self.multiplyAdds = multiplyAdds
  }
}

/// The transforms of Winograd's convolutions.
package struct WinogradMicrokernels: Sendable {
  package let transformInput: @Sendable (WinogradInput) -> Void
  package let transformOutput: @Sendable (WinogradOutput) -> Void
  package let transformWeights: @Sendable (WinogradWeights) -> Void

  package init(
    transformInput: @escaping @Sendable (WinogradInput) -> Void,
    transformOutput: @escaping @Sendable (WinogradOutput) -> Void,
    transformWeights: @escaping @Sendable (WinogradWeights) -> Void
  ) {
    self.transformInput = transformInput
    self.transformOutput = transformOutput
    self.transformWeights = transformWeights
  }
}

/// What works on maps without a GEMM. Depthwise convolutions, decoding and conversions of the layout take fp32 alone.
package struct MapMicrokernels: Sendable {
  package let depthwise: @Sendable (DepthwiseRow) -> Void
  package let elementwise: @Sendable (ElementwiseSpan) -> Void
  package let pool: @Sendable (PoolingRow) -> Void
  package let decode: @Sendable (DecodeSpan) -> Void
  package let convertLayout: @Sendable (LayoutConversion) -> Void

  package init(
    depthwise: @escaping @Sendable (DepthwiseRow) -> Void,
    elementwise: @escaping @Sendable (ElementwiseSpan) -> Void, pool: @escaping @Sendable (PoolingRow) -> Void,
    decode: @escaping @Sendable (DecodeSpan) -> Void, convertLayout: @escaping @Sendable (LayoutConversion) -> Void
  ) {
    self.depthwise = depthwise
    self.elementwise = elementwise
    self.pool = pool
    self.decode = decode
    self.convertLayout = convertLayout
  }
}

/// The microkernels of one instruction set: a build for each type of GEMM operands that it has.
package struct Microkernels: Sendable {
  /// The instruction set as it is printed and asked for: `avx512-paired`, `avx512`, `avx2`, `baseline`.
  package let name: String
  /// Whether the processor has separate pipes for adding and multiplying vectors, so that Winograd's inner product pays.
  package let hasSeparateAddPipe: Bool
  private let fp32: MicrokernelBuild
  private let bf16: MicrokernelBuild?

  package init(name: String, hasSeparateAddPipe: Bool = false, fp32: MicrokernelBuild, bf16: MicrokernelBuild? = nil) {
    self.name = name
    self.hasSeparateAddPipe = hasSeparateAddPipe
    self.fp32 = fp32
    self.bf16 = bf16
  }

  /// The build for operands, or maps, of a type; `nil` if there is none on this processor.
  package subscript(elementType: ElementType) -> MicrokernelBuild? {
    switch elementType {
    case .fp32: fp32
    case .bf16: bf16
    default: nil
    }
  }

  /// The build for operands, or maps, of a type that was checked to be supported.
  package func build(for elementType: ElementType) -> MicrokernelBuild {
    guard let build = self[elementType] else {
      fatalError("The instruction set \(name) has no microkernels for \(elementType.rawValue).")
    }
    return build
  }

  /// The build that works on all of these maps: that of the type which is not fp32, if there is one.
  package func build(forMaps maps: [FeatureMap]) -> MicrokernelBuild {
    build(for: maps.first { $0.elementType != .fp32 }?.elementType ?? .fp32)
  }
}
