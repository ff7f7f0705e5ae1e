#if AVX512BF16
  import CProcessor
  import KernelInterface

  extension BF16 {
    /// Copies neighbouring pixels into a panel, rounded to bf16, two vectors of channels at a time.
    @inline(__always)
    static func pack(_ pixels: PixelSpan, _ panel: Panel) {
      if !pixels.elementType.isFP32 { return copyPixels(pixels, bytes: pixels.channels * byteCount, panel) }
      // Pixel by pixel, as memory is read ahead; the panel is in cache.
      var pixel = pixels.start
      var row = panel.start
      for _ in 0..<pixels.count {
        var source = pixel
        var destination = row
        var left = pixels.channels
        while left >= 2 * laneCount {
          store(gelan_narrow_both(load(source), load(source + vectorBytes)), destination)
          source += 2 * vectorBytes
          destination += panel.blockStride
          left -= 2 * laneCount
        }
        if left > laneCount {
          store(
            gelan_narrow_both(load(source), wholePairs(source + vectorBytes, left - laneCount)), destination)
        } else if left > 0 {
          storeHalf(gelan_narrow(wholePairs(source, left)), destination)
        }
        pixel += pixels.stride
        row += vectorBytes
      }
    }

    /// Loads up to a vector of elements; an odd number of them is followed by a zero, and what comes later is arbitrary.
    @inline(__always)
    private static func wholePairs(_ source: UnsafeRawPointer, _ count: Int) -> Lanes {
      count % 2 == 0 ? load(source) : oddPairs(source, count)
    }

    @inline(never)
    private static func oddPairs(_ source: UnsafeRawPointer, _ count: Int) -> Lanes {
      var lanes = load(source)
      lanes[count] = 0
      return lanes
    }

    /// Rounds the weights of two neighbours to bf16 and lays each pair together.
    @inline(__always)
    static func interleaved(_ first: Lanes, _ second: Lanes) -> Lanes {
      typealias Words = SIMD16<UInt32>
      let upper = Words(repeating: 0xFFFF_0000)
      // The upper half of a float is a bf16, and half a unit of its last place, or a little less before an even number,
      // carries into it where it has to be rounded up. A NaN stays one by a bit that no carry can take away.
      @inline(__always) func rounded(_ lanes: Lanes) -> Words {
        let bits = unsafeBitCast(lanes, to: Words.self)
        let odd = (bits &>> Words(repeating: 16)) & Words(repeating: 1)
        let nearest = bits &+ Words(repeating: 0x7FFF) &+ odd
        return nearest.replacing(with: bits | Words(repeating: 0x0040_0000), where: lanes .!= lanes) & upper
      }
      return unsafeBitCast((rounded(first) &>> Words(repeating: 16)) | rounded(second), to: Lanes.self)
    }
  }
#endif
