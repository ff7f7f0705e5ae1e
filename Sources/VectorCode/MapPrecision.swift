import CProcessor
import Elements
import KernelInterface

extension ElementType {
  /// A pattern rather than `==`, which would ask for the conformance by a function that all builds share.
  var isSingle: Bool { @inline(__always) get { if case .fp32 = self { true } else { false } } }
}

extension Addend {
  /// The first channel of what is added to an output pixel.
  @inline(__always)
  func pixel(y: Int, x: Int) -> UnsafePointer<Float> {
    start + (y >> shift) * rowStride + (x >> shift) * pixelStride
  }

  /// The floats of a pixel before a channel.
  @inline(__always)
  func floats(before channel: Int) -> Int { precision.isSingle ? channel : channel / 2 }

  /// Sixteen neighbouring channels.
  @inline(__always)
  func numbers(_ place: UnsafePointer<Float>) -> Lanes {
    #if BF16_PRODUCTS
      if !precision.isSingle { return PanelStorage.get(place) }
    #endif
    return load(place)
  }

  /// Sixteen channels, from one on, of what is added to an output pixel.
  @inline(__always)
  func numbers(y: Int, x: Int, _ channel: Int) -> Lanes { numbers(pixel(y: y, x: x) + floats(before: channel)) }
}

#if BF16_PRODUCTS
  /// Of sixteen pairs of numbers in bf16 the first ones.
  enum EvenSource: LaneSource {
    @inline(__always) static var vectorsInBlock: Int { 2 }

    @inline(__always)
    static func get(_ source: UnsafePointer<Float>) -> Lanes {
      let pairs = unsafeBitCast(load(source), to: SIMD16<UInt32>.self)
      return unsafeBitCast(pairs &<< SIMD16<UInt32>(repeating: 16), to: Lanes.self)
    }
  }

  /// Of sixteen pairs of numbers in bf16 the second ones.
  enum OddSource: LaneSource {
    @inline(__always) static var vectorsInBlock: Int { 2 }

    @inline(__always)
    static func get(_ source: UnsafePointer<Float>) -> Lanes {
      let pairs = unsafeBitCast(load(source), to: SIMD16<UInt32>.self)
      return unsafeBitCast(pairs & SIMD16<UInt32>(repeating: 0xFFFF_0000), to: Lanes.self)
    }
  }
#endif
