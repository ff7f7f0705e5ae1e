import Glibc

/// Copies `count` elements.
///
/// - Parameters:
///   - input: (count)
///   - output: (count), must not overlap `input`
package func copy(
  input: UnsafePointer<Float>, count: Int, output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  pool.forEachRange(count, atLeast: 4 * elementGrain) { range in
    memcpy(output + range.lowerBound, input + range.lowerBound, range.count * MemoryLayout<Float>.stride)
  }
}
