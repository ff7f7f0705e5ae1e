import KernelInterface

/// Applies an activation function to each element.
///
/// - Parameter output: of the input's shape; may be `input`
package func activate(
  _ input: FeatureMap, _ activation: ActivationFunction, to output: FeatureMap, microkernels: Microkernels,
  pool: ThreadPool
) {
  require(input.shape == output.shape, "An activation needs an output of its input's shape.")
  runElementwise([input], nil, nil, activation, output, microkernels, pool)
}

/// Adds one or more maps elementwise, from first to last.
///
/// - Parameters:
///   - inputs: at least one; of the output's shape, or with fewer rows and columns, each of which is for 2, 4, … of its
///   - output: may be an input of its shape
package func add(_ inputs: [FeatureMap], to output: FeatureMap, microkernels: Microkernels, pool: ThreadPool) {
  runElementwise(inputs, nil, nil, .identity, output, microkernels, pool)
}

/// Computes x·scale[c] + shift[c] for each element of channel c; a missing scale is 1, a missing shift is 0.
///
/// - Parameters:
///   - scale: (channels) or nil
///   - shift: (channels) or nil
///   - output: of the input's shape; may be `input`
package func channelAffine(
  _ input: FeatureMap, scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?, to output: FeatureMap,
  microkernels: Microkernels, pool: ThreadPool
) {
  require(input.shape == output.shape, "Scaling channels needs an output of the input's shape.")
  runElementwise([input], scale, shift, .identity, output, microkernels, pool)
}

private func runElementwise(
  _ inputs: [FeatureMap], _ scale: UnsafePointer<Float>?, _ shift: UnsafePointer<Float>?,
  _ activation: ActivationFunction, _ output: FeatureMap, _ microkernels: Microkernels, _ pool: ThreadPool
) {
  let shifts = inputs.map { $0.shift(to: output.shape) }
  require(
    !inputs.isEmpty
      && zip(inputs, shifts).allSatisfy { input, shift in
        input.channels == output.channels && input.height << shift == output.height
          && input.width << shift == output.width
      },
    "An elementwise operation needs inputs of its output's shape, or of a fraction of it.")
  let elementwise = microkernels.build(forMaps: inputs + [output]).maps.elementwise
  let addends = zip(inputs, shifts).map { Addend($0, shift: $1) }
  /// Computes neighbouring pixels from those of the inputs that begin at an offset of each.
  func run(_ pixels: Range<Int>, _ offset: (Addend) -> Int) {
    withUnsafeTemporaryAllocation(of: Addend.self, capacity: addends.count) { sources in
      for (index, addend) in addends.enumerated() {
        var source = addend
        source.start += offset(addend)
        sources.initializeElement(at: index, to: source)
      }
      guard let start = sources.baseAddress else { return }  // there is an input
      elementwise(
        ElementwiseSpan(
          inputs: UnsafePointer(start), inputCount: addends.count, count: pixels.count, channels: output.channels,
          scale: scale, shift: shift, activation: activation,
          output: OutputSpan(output, pixel: pixels.lowerBound)))
    }
  }
  if shifts.allSatisfy({ $0 == 0 }) {
    pool.forEachRange(output.shape.planeCount, atLeast: max(1, 8192 / output.channels)) { pixels in
      run(pixels) { pixels.lowerBound * $0.pixelStride }
    }
  } else {
    pool.forEachRange(output.height, atLeast: rowGrain(output.width * output.channels)) { rows in
      for y in rows {
        run(y * output.width..<(y + 1) * output.width) { (y >> $0.shift) * $0.rowStride }
      }
    }
  }
}
