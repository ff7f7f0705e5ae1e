import Elements
import KernelInterface

/// How a vector of floats is loaded from elements of a type.
protocol LaneSource {
  /// The bytes that hold as many elements as a vector has lanes, or that two interleaved vectors share.
  static var stride: Int { get }

  static func get(_ source: UnsafeRawPointer) -> Lanes
}

/// How a vector of floats is stored as elements of a type.
protocol LaneStorage {
  /// The bytes of one element.
  static var byteCount: Int { get }

  static func put(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer)

  /// Stores the first `count` elements, which fill words, and writes nothing beyond them.
  static func put(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer, first count: Int)

  /// Stores with non-temporal stores what fills a line, or a part of one whose other parts come next.
  static func putNonTemporal(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer)
}

extension LaneStorage {
  /// Stores a vector with non-temporal stores, whole, or the first `count` elements of it through the caches.
  @inline(__always)
  static func put(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer, first count: Int, isNonTemporal: Bool) {
    if isNonTemporal { putNonTemporal(lanes, destination) } else { put(lanes, destination, first: count) }
  }
}

/// A type of elements that maps and packed operands are made of.
protocol ElementFormat: LaneSource, LaneStorage, SendableMetatype {
  static var elementType: ElementType { get }

  /// The vectors of floats that one vector of packed operands holds: the elements of a lane.
  static var dotLength: Int { get }

  /// Adds to each sum the products of its lane of weights with a row's lane.
  static func accumulate(_ sums: Lanes, _ weights: Lanes, _ row: Lanes) -> Lanes

  /// Lays each lane's two neighbours together, for a `dotLength` of two.
  static func interleaved(_ first: Lanes, _ second: Lanes) -> Lanes

  /// Copies pixels into a panel, converted where they are of another type.
  static func pack(_ pixels: PixelSpan, _ panel: Panel)

  /// Finishes the sums of a register tile whose output is of this type.
  static func finish(_ sums: UnsafePointer<Float>, _ tile: TilePlace, _ gemm: GEMMOperands)

  /// The even and the odd elements of interleaved vectors; the vector itself where a lane holds one element.
  associatedtype Even: LaneSource
  associatedtype Odd: LaneSource
}

enum FP32: ElementFormat {
  typealias Even = FP32
  typealias Odd = FP32

  static var elementType: ElementType { .fp32 }
  @inline(__always) static var byteCount: Int { 4 }
  @inline(__always) static var stride: Int { vectorBytes }
  @inline(__always) static var dotLength: Int { 1 }

  @inline(__always)
  static func get(_ source: UnsafeRawPointer) -> Lanes { load(source) }

  @inline(__always)
  static func put(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer) { store(lanes, destination) }

  @inline(__always)
  static func put(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer, first count: Int) {
    store(lanes, destination, first: count)
  }

  @inline(__always)
  static func putNonTemporal(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer) {
    Target.storeNonTemporal(lanes, destination)
  }

  @inline(__always)
  static func accumulate(_ sums: Lanes, _ weights: Lanes, _ row: Lanes) -> Lanes { sum(sums, weights, times: row) }

  @inline(__always)
  static func interleaved(_ first: Lanes, _ second: Lanes) -> Lanes { first }

  @inline(__always)
  static func pack(_ pixels: PixelSpan, _ panel: Panel) { copyPixels(pixels, bytes: pixels.channels * 4, panel) }

  @inline(__always)
  static func finish(_ sums: UnsafePointer<Float>, _ tile: TilePlace, _ gemm: GEMMOperands) {
    run(TileFinish(sums: sums, tile: tile, gemm: gemm), with: gemm.epilogue.activation)
  }
}

extension ElementType {
  /// Whether elements are fp32 rather than of the build's own type.
  ///
  /// A pattern rather than `==`, which would ask for the conformance by a function that all builds share.
  @inline(__always)
  var isFP32: Bool {
    guard Target.hasNarrowMaps else { return true }
    if case .fp32 = self { return true } else { return false }
  }
}

extension Addend {
  /// The first channel of what is added to an output pixel.
  @inline(__always)
  func pixel(y: Int, x: Int) -> UnsafeRawPointer {
    start + ((y >> shift) * rowStride + (x >> shift) * pixelStride)
  }

  /// The bytes of a pixel before a channel.
  @inline(__always)
  func offset(of channel: Int) -> Int {
    elementType.isFP32 ? channel * FP32.byteCount : channel * Target.Operand.byteCount
  }

  /// A vector of neighbouring channels.
  @inline(__always)
  func lanes(_ source: UnsafeRawPointer) -> Lanes {
    elementType.isFP32 ? FP32.get(source) : Target.Operand.get(source)
  }

  /// A vector of channels, from one on, of what is added to an output pixel.
  @inline(__always)
  func lanes(y: Int, x: Int, _ channel: Int) -> Lanes { lanes(pixel(y: y, x: x) + offset(of: channel)) }
}
