/// Adds one or more maps elementwise, from first to last, and applies an activation function to the sums.
///
/// Each range is summed in blocks that stay in the first-level cache for the activation.
///
/// - Parameters:
///   - inputs: at least one, each (count)
///   - output: (count), may be one of `inputs`
package func add(
  inputs: [UnsafePointer<Float>], count: Int, activation: ActivationFunction = .identity,
  output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  require(!inputs.isEmpty, "An addition needs at least one input.")
  pool.forEachRange(count, atLeast: elementGrain) { range in
    inputs.withUnsafeBufferPointer { inputs in
      for start in stride(from: range.lowerBound, to: range.upperBound, by: 2048) {
        let end = min(start + 2048, range.upperBound)
        addBlock(inputs, start..<end, output)
        if activation != .identity {
          activateRow(from: output + start, to: output + start, count: end - start, activation: activation)
        }
      }
    }
  }
}

/// Sums in registers, so that an output that is also an input is read before it is overwritten.
private func addBlock(
  _ inputs: UnsafeBufferPointer<UnsafePointer<Float>>, _ range: Range<Int>, _ output: UnsafeMutablePointer<Float>
) {
  var i = range.lowerBound
  while i + 16 <= range.upperBound {
    var sum = load16(inputs[0] + i)
    for k in 1..<max(1, inputs.count) { sum += load16(inputs[k] + i) }
    UnsafeMutableRawPointer(output + i).storeBytes(of: sum, as: SIMD16<Float>.self)
    i += 16
  }
  while i < range.upperBound {
    var sum = inputs[0][i]
    for k in 1..<max(1, inputs.count) { sum += inputs[k][i] }
    output[i] = sum
    i += 1
  }
}
