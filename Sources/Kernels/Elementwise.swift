import KernelInterface

/// Applies an activation function to each element.
///
/// - Parameter output: of the input's shape; may be `input`
package func activate(
  _ input: FeatureMap, _ activation: ActivationFunction, to output: FeatureMap, code: VectorCode, pool: ThreadPool
) {
  runElementwise([input], nil, nil, activation, output, code, pool)
}

/// Adds one or more maps elementwise, from first to last.
///
/// - Parameters:
///   - inputs: at least one, all of one shape
///   - output: of that shape; may be one of `inputs`
package func add(_ inputs: [FeatureMap], to output: FeatureMap, code: VectorCode, pool: ThreadPool) {
  runElementwise(inputs, nil, nil, .identity, output, code, pool)
}

/// Computes x·scale[c] + shift[c] for each element of channel c; a missing scale is 1, a missing shift is 0.
///
/// - Parameters:
///   - scale: (channels) or nil
///   - shift: (channels) or nil
///   - output: of the input's shape; may be `input`
package func channelAffine(
  _ input: FeatureMap, scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?, to output: FeatureMap,
  code: VectorCode, pool: ThreadPool
) {
  runElementwise([input], scale, shift, .identity, output, code, pool)
}

private func runElementwise(
  _ inputs: [FeatureMap], _ scale: UnsafePointer<Float>?, _ shift: UnsafePointer<Float>?,
  _ activation: ActivationFunction, _ output: FeatureMap, _ code: VectorCode, _ pool: ThreadPool
) {
  require(
    !inputs.isEmpty && inputs.allSatisfy { $0.shape == output.shape },
    "An elementwise operation needs inputs of its output's shape.")
  let strides = inputs.map(\.pixelStride)
  pool.forEachRange(output.shape.planeCount, atLeast: max(1, 8192 / output.channels)) { pixels in
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: inputs.count) { sources in
      for (index, input) in inputs.enumerated() {
        sources.initializeElement(
          at: index, to: UnsafePointer(input.start + pixels.lowerBound * input.pixelStride))
      }
      strides.withUnsafeBufferPointer { strides in
        guard let sources = sources.baseAddress, let strides = strides.baseAddress else { return }  // there is an input
        code.elementwise(
          ElementwiseRun(
            sources: sources, pixelStrides: strides, sourceCount: inputs.count, count: pixels.count,
            channels: output.channels, scale: scale, shift: shift, activation: activation,
            output: output.start + pixels.lowerBound * output.pixelStride, outputStride: output.pixelStride))
      }
    }
  }
}
