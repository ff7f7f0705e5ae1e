import KernelInterface

extension Target {
  /// The microkernels of this build.
  package static var build: MicrokernelBuild {
    MicrokernelBuild(
      name: name, operands: Operand.elementType, registerTile: registerTile,
      gemm: GEMMMicrokernels(
        packPixels: packPixels, clearPixels: clearPixels, packWeights: packWeights, multiply: multiply,
        scaleRows: scaleRows, scaleColumns: scaleColumns, multiplyAdds: multiplyAdds),
      winograd: WinogradMicrokernels(
        transformInput: transformInput, transformOutput: transformOutput, transformWeights: transformWeights),
      maps: MapMicrokernels(
        depthwise: depthwiseRow, elementwise: elementwiseSpan, pool: poolRow, decode: decodeSpan,
        convertLayout: convertLayout))
  }
}
