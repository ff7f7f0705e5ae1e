import Elements
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
    guard let mapping = mmap(nil, body + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapping != MAP_FAILED
    else { preconditionFailure("The system refuses \(body + page) bytes.") }
    self.mapping = mapping
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
  /// Channels from the sixth word of a pixel on, amid those of a larger map.
  case view

  /// The bytes from one pixel to the next, and those before the first.
  func place(ofPixelBytes bytes: Int) -> (stride: Int, offset: Int) {
    switch self {
    case .dense: (bytes, 0)
    case .padded: (roundUp(bytes, to: 64), 0)
    case .view: bytes <= 12 ? (32, 20) : (roundUp(bytes + 20, to: 64), 20)
    }
  }
}

/// A feature map in fenced memory: NaN between its pixels, and as many bytes of NaN after its last channel as kernels may
/// read, or as many more as start it on a cache line; kernels neither use nor change them; then memory that they may not
/// even read.
final class TestMap {
  /// Valid as long as this object lives.
  let map: FeatureMap
  private let memory: FencedMemory
  /// The bytes before the first pixel.
  private let offset: Int

  /// - Parameter values: (channels, height, width), or `nil` for NaN.
  init(_ shape: MapShape, _ layout: MapLayout, _ values: [Float]? = nil, elementType: ElementType = .fp32) {
    let bytes = shape.channels * elementType.byteCount
    let (stride, offset) = layout.place(ofPixelBytes: bytes)
    self.offset = offset
    let count = (offset + (shape.planeCount - 1) * stride + bytes + BufferLayout.overRead) / 4
    // The end is the end of a page.
    memory = FencedMemory(count: layout == .padded ? roundUp(count, to: 16) : count)
    map = FeatureMap(
      start: UnsafeMutableRawPointer(memory.start) + offset, shape: shape, pixelStride: stride,
      elementType: elementType)
    if let values { fill(values) }
  }

  /// Whether nothing lies between pixels.
  var isDense: Bool { map.isDense }

  /// Lends the map to what reads it; an input that is read through `map` alone may be gone by then.
  func lend<Result>(_ body: (FeatureMap) -> Result) -> Result { withExtendedLifetime(self) { body(map) } }

  func fill(_ values: [Float]) {
    precondition(values.count == map.shape.count)
    let (plane, channels, stride, start) = (map.shape.planeCount, map.channels, map.pixelStride, map.start)
    values.withUnsafeBufferPointer { values in
      var pixel = 0
      while pixel < plane {
        let elements = start + pixel * stride
        var channel = 0
        while channel < channels {
          let value = values[channel * plane + pixel]
          switch map.elementType {
          case .bf16: elements.storeBytes(of: bf16(value), toByteOffset: 2 * channel, as: UInt16.self)
          default: elements.storeBytes(of: value, toByteOffset: 4 * channel, as: Float.self)
          }
          channel += 1
        }
        pixel += 1
      }
    }
  }

  /// The elements as planes, (channels, height, width).
  var values: [Float] {
    let (plane, channels, stride, start) = (map.shape.planeCount, map.channels, map.pixelStride, map.start)
    return [Float](unsafeUninitializedCapacity: map.shape.count) { values, count in
      var channel = 0
      while channel < channels {
        var pixel = 0
        while pixel < plane {
          let elements = start + pixel * stride
          switch map.elementType {
          case .bf16:
            let bits = elements.load(fromByteOffset: 2 * channel, as: UInt16.self)
            values[channel * plane + pixel] = Float(bitPattern: UInt32(bits) << 16)
          default: values[channel * plane + pixel] = elements.load(fromByteOffset: 4 * channel, as: Float.self)
          }
          pixel += 1
        }
        channel += 1
      }
      count = channels * plane
    }
  }

  /// Whether everything around the channels is as it was: before the first pixel, between pixels and after the last.
  var surroundingsAreIntact: Bool {
    let (stride, bytes) = (map.pixelStride, map.pixelBytes)
    var index = 0
    while index < memory.count {
      let place = 4 * index - offset
      let isInside = place >= 0 && place % stride < bytes
      let isBeyond = place >= (map.shape.planeCount - 1) * stride + bytes
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
  InstructionSet.available.filter { $0.supports(kernel.elementType) }
}

/// Whether there is one that multiplies in bf16; other processors skip what needs it.
let hasBF16 = InstructionSet.best.supports(.bf16)

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
