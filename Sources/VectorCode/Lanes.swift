import CProcessor

/// Sixteen neighbouring channels of one pixel: one register of AVX-512, two of AVX2, four of the baseline.
typealias Lanes = SIMD16<Float>

/// Loads sixteen floats from any address.
@inline(__always)
func load(_ source: UnsafePointer<Float>) -> Lanes {
  UnsafeRawPointer(source).loadUnaligned(as: Lanes.self)
}

/// Stores sixteen floats to any address.
@inline(__always)
func store(_ vector: Lanes, _ destination: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(destination).storeBytes(of: vector, as: Lanes.self)
}

/// Stores sixteen floats to a cache line past the caches with AVX-512, through them elsewhere.
@inline(__always)
func storePastCaches(_ vector: Lanes, _ line: UnsafeMutablePointer<Float>) {
  #if TILE_OF_32_REGISTERS
    gelan_stream(line, vector)
  #else
    store(vector, line)
  #endif
}

/// Lets other threads see what was stored past the caches before what they are told next.
@inline(__always)
func finishStreams() {
  #if TILE_OF_32_REGISTERS
    gelan_fence()
  #endif
}

/// Stores the first `count` floats and writes nothing beyond them.
@inline(__always)
func store(_ vector: Lanes, _ destination: UnsafeMutablePointer<Float>, first count: Int) {
  if count >= 16 { return store(vector, destination) }
  storePart(vector, destination, count)
}

/// In halves, so that any count takes at most four stores.
@inline(never)
private func storePart(_ vector: Lanes, _ destination: UnsafeMutablePointer<Float>, _ count: Int) {
  let bytes = UnsafeMutableRawPointer(destination)
  var eight = vector.lowHalf
  var place = 0
  if count & 8 != 0 {
    bytes.storeBytes(of: eight, as: SIMD8<Float>.self)
    eight = vector.highHalf
    place = 8
  }
  var four = eight.lowHalf
  if count & 4 != 0 {
    bytes.storeBytes(of: four, toByteOffset: 4 * place, as: SIMD4<Float>.self)
    four = eight.highHalf
    place += 4
  }
  var two = four.lowHalf
  if count & 2 != 0 {
    bytes.storeBytes(of: two, toByteOffset: 4 * place, as: SIMD2<Float>.self)
    two = four.highHalf
    place += 2
  }
  if count & 1 != 0 { bytes.storeBytes(of: two.x, toByteOffset: 4 * place, as: Float.self) }
}

/// Computes `sum + a · b`, rounded once where the instruction set can.
///
/// Where it cannot, `addingProduct` would call the C library for every lane.
@inline(__always)
func sum(_ sum: Lanes, _ a: Lanes, times b: Lanes) -> Lanes {
  #if FUSED_MULTIPLY_ADD
    sum.addingProduct(a, b)
  #else
    sum + a * b
  #endif
}

@inline(__always)
func sum(_ addend: Lanes, _ a: Lanes, times b: Float) -> Lanes {
  sum(addend, a, times: Lanes(repeating: b))
}

/// What a place of a panel and of packed weights holds.
protocol Factors: SendableMetatype {
  /// Adds to each sum the products of its place of weights with a row's.
  static func accumulate(_ sums: Lanes, _ weights: Lanes, _ numbers: Lanes) -> Lanes
}

/// A number.
enum SingleFactors: Factors {
  @inline(__always)
  static func accumulate(_ sums: Lanes, _ weights: Lanes, _ numbers: Lanes) -> Lanes {
    sum(sums, weights, times: numbers)
  }
}

#if BF16_PRODUCTS
  /// Two numbers in bf16.
  enum BF16Factors: Factors {
    @inline(__always)
    static func accumulate(_ sums: Lanes, _ weights: Lanes, _ numbers: Lanes) -> Lanes {
      gelan_dot(sums, weights, numbers)
    }
  }

  typealias PanelFactors = BF16Factors
#else
  typealias PanelFactors = SingleFactors
#endif

/// Transposes up to sixteen pixels: (count, channels) becomes (channels, 16). Lanes beyond the last pixel repeat it.
///
/// Four rounds of a perfect shuffle bring what was lane j of vector i into lane i of vector j.
///
/// - Parameter target: has room for the channels rounded up to a multiple of 16
func transposePixels(
  _ source: UnsafePointer<Float>, pixelStride: Int, count: Int, channels: Int, to target: UnsafeMutablePointer<Float>
) {
  withStackMemory { memory in
    var from = memory
    var to = from + 256
    var channel = 0
    while channel < channels {
      for pixel in 0..<16 {
        store(load(source + (min(pixel, count - 1) * pixelStride + channel)), from + pixel * 16)
        // Most likely the next sixteen come next, and these have long left the nearest cache.
        gelan_prefetch(source + ((pixel + 16) * pixelStride + channel))
      }
      for _ in 0..<3 {
        shuffle(from, to)
        swap(&from, &to)
      }
      shuffle(from, target + channel * 16)
      channel += 16
    }
  }
}

/// Interleaves the lanes of sixteen vectors' first eight with those of their last eight.
@inline(__always)
private func shuffle(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
  for pair in 0..<8 {
    let (first, second) = (load(source + pair * 16), load(source + (pair + 8) * 16))
    store(interleave(first.lowHalf, second.lowHalf), target + pair * 32)
    store(interleave(first.highHalf, second.highHalf), target + (pair * 32 + 16))
  }
}

@inline(__always)
private func interleave(_ even: SIMD8<Float>, _ odd: SIMD8<Float>) -> Lanes {
  var vector = Lanes()
  vector.evenHalf = even
  vector.oddHalf = odd
  return vector
}
