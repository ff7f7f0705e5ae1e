import KernelInterface

/// The inner loops as the flags of this target build them.
package enum Build {
  package static var code: VectorCode {
    #if TILE_OF_32_REGISTERS
      let name = "avx512"
    #elseif FUSED_MULTIPLY_ADD
      let name = "avx2"
    #else
      let name = "baseline"
    #endif
    return VectorCode(
      name: name, limits: tileLimits, packPixels: packPixels, clearPixels: clearPixels, multiply: multiplyPanel,
      packWeights: packWeights, balanceRows: balanceRows, balanceColumns: balanceColumns,
      transformInput: transformInput, transformOutput: transformOutput,
      transformWeights: transformWeights, depthwise: depthwiseRow, elementwise: elementwiseRun, pool: poolRow,
      decode: decodeRun, interleave: interleaveRun, multiplyAdds: multiplyAdds)
  }
}
