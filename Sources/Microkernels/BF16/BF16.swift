#if AVX512BF16
  import CProcessor
  import Elements
  import KernelInterface

  /// Elements in bf16: in maps one after another, in packed operands two to a lane.
  enum BF16: ElementFormat {
    static var elementType: ElementType { .bf16 }
    @inline(__always) static var byteCount: Int { 2 }
    @inline(__always) static var stride: Int { vectorBytes / 2 }
    @inline(__always) static var dotLength: Int { 2 }

    @inline(__always)
    static func get(_ source: UnsafeRawPointer) -> Lanes {
      gelan_widen(source.loadUnaligned(as: SIMD8<Float>.self))
    }

    @inline(__always)
    static func put(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer) {
      storeHalf(gelan_narrow(lanes), destination)
    }

    @inline(__always)
    static func put(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer, first count: Int) {
      if count >= laneCount { return put(lanes, destination) }
      store(gelan_narrow_both(lanes, Lanes()), destination, first: count / 2)
    }

    @inline(__always)
    static func putNonTemporal(_ lanes: Lanes, _ destination: UnsafeMutableRawPointer) {
      gelan_stream_half(destination.assumingMemoryBound(to: Float.self), gelan_narrow(lanes))
    }

    @inline(__always)
    static func accumulate(_ sums: Lanes, _ weights: Lanes, _ row: Lanes) -> Lanes { gelan_dot(sums, weights, row) }

    @inline(__always)
    static func storeHalf(_ elements: SIMD8<Float>, _ destination: UnsafeMutableRawPointer) {
      destination.storeBytes(of: elements, as: SIMD8<Float>.self)
    }

    /// The even elements of a vector of pairs.
    enum Even: LaneSource {
      @inline(__always) static var stride: Int { vectorBytes }

      @inline(__always)
      static func get(_ source: UnsafeRawPointer) -> Lanes {
        let pairs = unsafeBitCast(load(source), to: SIMD16<UInt32>.self)
        return unsafeBitCast(pairs &<< SIMD16<UInt32>(repeating: 16), to: Lanes.self)
      }
    }

    /// The odd elements of a vector of pairs.
    enum Odd: LaneSource {
      @inline(__always) static var stride: Int { vectorBytes }

      @inline(__always)
      static func get(_ source: UnsafeRawPointer) -> Lanes {
        let pairs = unsafeBitCast(load(source), to: SIMD16<UInt32>.self)
        return unsafeBitCast(pairs & SIMD16<UInt32>(repeating: 0xFFFF_0000), to: Lanes.self)
      }
    }
  }
#endif
