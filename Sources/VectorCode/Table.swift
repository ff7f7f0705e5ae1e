import KernelInterface

/// The inner loops as the flags of this target build them.
package enum Build {
  #if BF16_PRODUCTS
    package static var code: BF16Code {
      BF16Code(
        products: products, multiplySinglePrecision: multiplySinglePrecisionPanel, elementwise: elementwiseRun,
        pool: poolRow)
    }
  #else
    package static var code: Microkernels {
      #if TILE_OF_32_REGISTERS
        let name = "avx512"
      #elseif FUSED_MULTIPLY_ADD && arch(x86_64)
        let name = "avx2"
      #else
        let name = "baseline"
      #endif
      return Microkernels(
        name: name, singlePrecision: products, balanceRows: balanceRows, balanceColumns: balanceColumns,
        depthwise: depthwiseRow, elementwise: elementwiseRun, pool: poolRow, decode: decodeRun,
        interleave: interleaveRun)
    }
  #endif

  private static var products: ProductCode {
    ProductCode(
      precision: panelPrecision, limits: tileLimits, packPixels: packPixels, clearPixels: clearPixels,
      multiply: multiplyPanel, packWeights: packWeights, transformInput: transformInput,
      transformOutput: transformOutput, transformWeights: transformWeights, multiplyAdds: multiplyAdds)
  }
}
