import Glibc
import KernelInterface
import Testing

@testable import Kernels

/// Memory that ends at an inaccessible page, so that reading past it ends the test; full of NaN to begin with.
///
/// Every piece has a NaN of its own, which arithmetic and copies of other pieces do not make.
final class FencedMemory {
  let start: UnsafeMutablePointer<Float>
  let count: Int
  let filling: Float
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  init(count: Int) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = count * MemoryLayout<Float>.stride
    let body = max(1, (bytes + page - 1) / page) * page
    mapping = mmap(nil, body + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    mprotect(mapping + body, page, PROT_NONE)
    mappedBytes = body + page
    self.count = count
    filling = Float(bitPattern: 0x7fc0_0000 | UInt32(truncatingIfNeeded: UInt(bitPattern: mapping) >> 12) & 0x3f_ffff)
    // The part of the first page that nobody asked for is filled as well: who reads it finds NaN.
    let all = mapping.assumingMemoryBound(to: Float.self)
    all.initialize(repeating: filling, count: body / MemoryLayout<Float>.stride)
    start = all + (body - bytes) / MemoryLayout<Float>.stride
  }

  deinit { munmap(mapping, mappedBytes) }

  /// Whether nothing was written at a place, nor anything that is not this memory's own NaN.
  func isUntouched(_ index: Int) -> Bool { start[index].bitPattern == filling.bitPattern }
}

/// Lends `body` copies of arrays that end at inaccessible pages.
func withFencedInputs<Result>(_ arrays: [[Float]], _ body: ([UnsafePointer<Float>]) -> Result) -> Result {
  let memories = arrays.map { values in
    let memory = FencedMemory(count: values.count)
    values.withUnsafeBufferPointer { if let base = $0.baseAddress { memory.start.update(from: base, count: $0.count) } }
    return memory
  }
  return withExtendedLifetime(memories) { body(memories.map { UnsafePointer($0.start) }) }
}

/// Lends `body` one such copy.
func withFencedInput<Result>(_ values: [Float], _ body: (UnsafePointer<Float>) -> Result) -> Result {
  withFencedInputs([values]) { body($0[0]) }
}

/// How the pixels of a map lie in memory.
enum MapLayout: CaseIterable {
  /// One after another, as plans lay out pixels of few channels.
  case dense
  /// In whole vectors on cache lines, as plans lay out the others.
  case padded
  /// Channels from the sixth float of a pixel on, amid those of a larger map.
  case view

  /// The floats from one pixel to the next, and those before the first.
  func place(of floats: Int) -> (stride: Int, offset: Int) {
    switch self {
    case .dense: (floats, 0)
    case .padded: (roundUp(floats, to: 16), 0)
    case .view: floats <= 3 ? (8, 5) : (roundUp(floats + 5, to: 16), 5)
    }
  }
}

/// A feature map in fenced memory: NaN between its pixels, and 15 floats of NaN after its last channel, or as many more as
/// start it on a cache line, which kernels may read but neither use nor change; then memory that they may not even read.
final class TestMap {
  /// Valid as long as this object lives.
  let map: FeatureMap
  private let memory: FencedMemory
  private let offset: Int
  /// The floats that a pixel's channels take.
  private let floats: Int
  private static let overrun = 15

  /// - Parameter values: (channels, height, width), or nothing for NaN.
  init(_ shape: MapShape, _ layout: MapLayout, _ values: [Float]? = nil, precision: Precision = .fp32) {
    floats = shape.channels / precision.numbersInWord
    let (stride, offset) = layout.place(of: floats)
    self.offset = offset
    let count = offset + (shape.planeCount - 1) * stride + floats + Self.overrun
    // The end is the end of a page.
    memory = FencedMemory(count: layout == .padded ? roundUp(count, to: 16) : count)
    map = FeatureMap(start: memory.start + offset, shape: shape, pixelStride: stride, precision: precision)
    if let values { fill(values) }
  }

  /// Whether nothing lies between pixels.
  var isDense: Bool { map.pixelStride == floats }

  /// Lends the map to what reads it; an input that is read through `map` alone may be gone by then.
  func lend<Result>(_ body: (FeatureMap) -> Result) -> Result { withExtendedLifetime(self) { body(map) } }

  func fill(_ values: [Float]) {
    precondition(values.count == map.shape.count)
    let (plane, channels, stride, start) = (map.shape.planeCount, map.channels, map.pixelStride, map.start)
    if map.precision == .bf16 {
      for (i, value) in values.enumerated() { half(i % plane, i / plane).pointee = bf16(value) }
      return
    }
    values.withUnsafeBufferPointer { values in
      var pixel = 0
      while pixel < plane {
        var channel = 0
        while channel < channels {
          start[pixel * stride + channel] = values[channel * plane + pixel]
          channel += 1
        }
        pixel += 1
      }
    }
  }

  /// The numbers as planes, (channels, height, width).
  var values: [Float] {
    let (plane, channels, stride, start) = (map.shape.planeCount, map.channels, map.pixelStride, map.start)
    if map.precision == .bf16 {
      return (0..<map.shape.count).map { i in Float(bitPattern: UInt32(half(i % plane, i / plane).pointee) << 16) }
    }
    return [Float](unsafeUninitializedCapacity: map.shape.count) { values, count in
      var channel = 0
      while channel < channels {
        var pixel = 0
        while pixel < plane {
          values[channel * plane + pixel] = start[pixel * stride + channel]
          pixel += 1
        }
        channel += 1
      }
      count = channels * plane
    }
  }

  /// The place of a number in bf16.
  private func half(_ pixel: Int, _ channel: Int) -> UnsafeMutablePointer<UInt16> {
    (UnsafeMutableRawPointer(map.start + pixel * map.pixelStride) + 2 * channel)
      .assumingMemoryBound(to: UInt16.self)
  }

  /// Whether everything around the channels is as it was: before the first pixel, between pixels and after the last.
  var surroundingsAreIntact: Bool {
    let stride = map.pixelStride
    var index = 0
    while index < memory.count {
      let place = index - offset
      let isInside = place >= 0 && place % stride < floats
      let isBeyond = place >= (map.shape.planeCount - 1) * stride + floats
      if (!isInside || isBeyond) && !memory.isUntouched(index) { return false }
      index += 1
    }
    return true
  }
}

/// Holds planar kernel output or scratch, full of NaN to begin with and with guarded margins on both sides.
final class GuardedBuffer {
  /// On a cache line.
  let pointer: UnsafeMutablePointer<Float>
  private let storage: UnsafeMutablePointer<Float>
  private let count: Int
  private static let margin = 32
  private static let guardValue: Float = -12345.678

  init(count: Int) {
    self.count = count
    let floats = count + 2 * Self.margin
    storage = UnsafeMutableRawPointer.allocate(byteCount: floats * MemoryLayout<Float>.stride, alignment: 64)
      .bindMemory(to: Float.self, capacity: floats)
    storage.initialize(repeating: Self.guardValue, count: floats)
    pointer = storage + Self.margin
    pointer.update(repeating: .nan, count: count)
  }

  deinit { UnsafeMutableRawPointer(storage).deallocate() }

  var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  var marginsAreIntact: Bool {
    (0..<Self.margin).allSatisfy {
      storage[$0] == Self.guardValue && storage[Self.margin + count + $0] == Self.guardValue
    }
  }
}

/// Pools of one, two and three threads.
let threadPools = [1, 2, 3].map { ThreadPool(threads: $0) }

/// The instruction sets of this machine that run a kernel.
func sets(for kernel: ConvolutionKernel) -> [InstructionSet] {
  InstructionSet.available.filter { $0.multiplies(kernel.precision) }
}

/// Whether there is one that multiplies in bf16; other processors skip what needs it.
let hasBF16 = InstructionSet.best.multiplies(.bf16)

/// Every combination of an instruction set with a way to lay maps out, with a pool for each.
let surroundings: [(set: InstructionSet, layout: MapLayout, pool: ThreadPool)] = InstructionSet.available.flatMap {
  set in
  MapLayout.allCases.enumerated().map { (set, $0.element, threadPools[$0.offset]) }
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

/// The bits of the nearest number of eight significant bits; of two, the one whose last bit is 0.
func bf16(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return UInt16(bits >> 16) | 0x40 }
  return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}

/// The nearest number that bf16 holds.
func roundedToBF16(_ value: Float) -> Float { Float(bitPattern: UInt32(bf16(value)) << 16) }

/// Half the distance between 1 and the next single-precision number: the relative error of one rounded operation.
let unitRoundoff = 0x1p-24

/// Compares bit patterns, except that any NaN equals any other.
func identical(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
}
