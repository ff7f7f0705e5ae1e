/// Computes activation(weight ⋆ input + bias).
///
/// - Parameters:
///   - kernel: one that supports `geometry`
///   - input: (inputChannels, inputHeight, inputWidth)
///   - weight: (outputChannels, inputChannels / groups, kernelHeight, kernelWidth)
///   - bias: (outputChannels) or nil
///   - output: (outputChannels, outputHeight, outputWidth), must not overlap `input`; what it held is ignored
///   - scratch: `convolutionScratchCount(kernel, geometry, threads: pool.threads)` floats
package func convolution(
  _ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, activation: ActivationFunction,
  output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  require(kernel.supports(geometry), "The convolution kernel \(kernel) does not support \(geometry).")
  let operands = ConvolutionOperands(
    input: input, weight: weight, bias: bias, activation: activation, output: output)
  switch kernel {
  case .pointwiseGEMM:
    pointwiseConvolution(geometry, operands, pool: pool)
  case .im2colGEMM:
    im2colConvolution(geometry, operands, scratch: scratch, pool: pool)
  case .depthwise:
    depthwiseConvolution(geometry, operands, pool: pool)
  }
}

/// Counts the floats of scratch memory that `convolution` uses with a pool of `threads` threads.
package func convolutionScratchCount(
  _ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry, threads: Int
) -> Int {
  switch kernel {
  case .pointwiseGEMM, .depthwise: 0
  case .im2colGEMM: Im2colPlan(geometry, threads: threads).scratchCount
  }
}

/// Gathers what a convolution reads and writes, besides its scratch memory.
struct ConvolutionOperands {
  let input: UnsafePointer<Float>
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let activation: ActivationFunction
  let output: UnsafeMutablePointer<Float>

  /// Adds the bias and applies the activation to `count` pixels from `pixel` on of each of `channels`, in place.
  ///
  /// Called as soon as these sums are complete, while they are still in cache.
  func finish(channels: Range<Int>, planeCount: Int, pixel: Int, count: Int) {
    if bias == nil && activation == .identity { return }
    for c in channels {
      let row = output + c * planeCount + pixel
      activateRow(from: row, to: row, count: count, bias: bias?[c] ?? -0.0, activation: activation)
    }
  }
}
