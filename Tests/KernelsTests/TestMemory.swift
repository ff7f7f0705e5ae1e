import Glibc
import Testing

/// Lends `body` copies of arrays whose last element is followed by an inaccessible page, so that reading past it ends
/// the test.
func withFencedInputs<Result>(_ arrays: [[Float]], _ body: ([UnsafePointer<Float>]) -> Result) -> Result {
  let page = Int(sysconf(Int32(_SC_PAGESIZE)))
  var mappings: [(start: UnsafeMutableRawPointer, bytes: Int)] = []
  defer { for mapping in mappings { munmap(mapping.start, mapping.bytes) } }
  let pointers = arrays.map { values in
    let bytes = values.count * MemoryLayout<Float>.stride
    let body = max(1, (bytes + page - 1) / page) * page
    let mapping = mmap(nil, body + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    mprotect(mapping + body, page, PROT_NONE)
    mappings.append((mapping, body + page))
    let start = (mapping + (body - bytes)).assumingMemoryBound(to: Float.self)
    values.withUnsafeBufferPointer { if let base = $0.baseAddress { start.update(from: base, count: $0.count) } }
    return UnsafePointer(start)
  }
  return body(pointers)
}

/// Lends `body` one such copy.
func withFencedInput<Result>(_ values: [Float], _ body: (UnsafePointer<Float>) -> Result) -> Result {
  withFencedInputs([values]) { body($0[0]) }
}

/// Holds kernel output or scratch, full of NaN to begin with and with guarded margins on both sides.
final class GuardedBuffer {
  let pointer: UnsafeMutablePointer<Float>
  private let storage: UnsafeMutablePointer<Float>
  private let count: Int
  private static let margin = 32
  private static let guardValue: Float = -12345.678

  init(count: Int) {
    self.count = count
    storage = .allocate(capacity: count + 2 * Self.margin)
    storage.initialize(repeating: Self.guardValue, count: count + 2 * Self.margin)
    pointer = storage + Self.margin
    pointer.update(repeating: .nan, count: count)
  }

  deinit { storage.deallocate() }

  var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  var marginsAreIntact: Bool {
    (0..<Self.margin).allSatisfy {
      storage[$0] == Self.guardValue && storage[Self.margin + count + $0] == Self.guardValue
    }
  }
}

/// Generates the same numbers on every run.
struct TestNumbers {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 2 &+ 1 }

  private mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }

  /// Gives integers of -3…3: sums of their products are exact in single precision, in any order.
  mutating func integers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(next() % 7) - 3 } }

  /// Gives numbers spread over -range…range.
  mutating func reals(_ count: Int, range: Float = 1) -> [Float] {
    (0..<count).map { _ in (Float(next() % 200_001) / 100_000 - 1) * range }
  }
}

/// Half the distance between 1 and the next single-precision number: the relative error of one rounded operation.
let unitRoundoff = 0x1p-24

/// Compares bit patterns, except that any NaN equals any other.
func identical(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
}
