import CProcessor
import KernelInterface

/// Transposes up to a vector of pixels: (count, channels) becomes (channels, lanes). Lanes beyond the last pixel repeat it.
///
/// Four rounds of a perfect shuffle bring what was lane j of vector i into lane i of vector j.
///
/// - Parameters:
///   - pixelStride: the bytes from one pixel to the next
///   - target: has room for the channels rounded up to whole vectors
func transposePixels(
  _ source: UnsafeRawPointer, pixelStride: Int, count: Int, channels: Int, to target: UnsafeMutablePointer<Float>
) {
  withStackMemory { memory in
    var from = memory
    var to = from + laneCount * laneCount
    var channel = 0
    while channel < channels {
      let vector = source + channel * laneBytes
      for pixel in 0..<laneCount {
        store(load(vector + min(pixel, count - 1) * pixelStride), from + pixel * laneCount)
        // Most likely the next pixels come next, and these have long left the nearest cache.
        prefetch(vector + (pixel + laneCount) * pixelStride)
      }
      for _ in 0..<3 {
        shuffle(from, to)
        swap(&from, &to)
      }
      shuffle(from, target + channel * laneCount)
      channel += laneCount
    }
  }
}

/// Interleaves the lanes of the first half of as many vectors as there are lanes with those of the second half.
@inline(__always)
private func shuffle(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
  for pair in 0..<laneCount / 2 {
    let (first, second) = (load(source + pair * laneCount), load(source + (pair + laneCount / 2) * laneCount))
    store(interleave(first.lowHalf, second.lowHalf), target + pair * 2 * laneCount)
    store(interleave(first.highHalf, second.highHalf), target + (pair * 2 + 1) * laneCount)
  }
}

@inline(__always)
private func interleave(_ even: SIMD8<Float>, _ odd: SIMD8<Float>) -> Lanes {
  var vector = Lanes()
  vector.evenHalf = even
  vector.oddHalf = odd
  return vector
}
