/// Lends `body` room for 2048 floats on the stack.
///
/// Temporary allocations of the standard library come from the heap when they are larger than a kilobyte, which takes as
/// long as a small product.
@inline(__always)
func withStackMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
  var memory = StackMemory()
  withUnsafeMutablePointer(to: &memory) { memory in
    body(UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Float.self))
  }
}

private struct StackMemory {
  typealias Part = SIMD64<Float>
  typealias Quarter = (Part, Part, Part, Part, Part, Part, Part, Part)

  private var first = Self.zeros
  private var second = Self.zeros
  private var third = Self.zeros
  private var fourth = Self.zeros

  private static var zeros: Quarter { (Part(), Part(), Part(), Part(), Part(), Part(), Part(), Part()) }
}
