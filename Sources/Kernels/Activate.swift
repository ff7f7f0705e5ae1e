/// Applies an activation function to each of `count` elements.
///
/// - Parameters:
///   - input: (count)
///   - output: (count), may be `input`
package func activate(
  input: UnsafePointer<Float>, count: Int, activation: ActivationFunction, output: UnsafeMutablePointer<Float>,
  pool: ThreadPool
) {
  pool.forEachRange(count, atLeast: elementGrain) { range in
    activateRow(
      from: input + range.lowerBound, to: output + range.lowerBound, count: range.count, activation: activation)
  }
}

/// Counts the elements below which an elementwise kernel is not worth dividing among threads.
let elementGrain = 8192
