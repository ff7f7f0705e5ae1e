import KernelInterface

/// Lends `body` room for 512 floats on the stack, from the start of a cache line: vectors that cross two lines take twice
/// their time.
///
/// Temporary allocations of the standard library come from the heap when they are larger than a kilobyte, which takes as
/// long as a small product.
@inline(__always)
func withStackMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
  var memory = StackMemory()
  withUnsafeMutablePointer(to: &memory) { memory in
    body(UnsafeMutableRawPointer(memory).alignedUp(toMultipleOf: vectorBytes).assumingMemoryBound(to: Float.self))
  }
}

/// The floats and a cache line more.
private struct StackMemory {
  typealias Part = SIMD64<Float>

  private var floats = (Part(), Part(), Part(), Part(), Part(), Part(), Part(), Part())
  private var line = SIMD16<Float>()
}
