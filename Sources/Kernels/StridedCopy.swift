import Glibc

/// Copies `count` floats that lie `stride` apart in `source` to consecutive places of `destination`.
///
/// The stride of two, that of every down-sampling layer, is done by loading sixteen floats and keeping the even ones.
@inline(__always)
func copyStrided(
  from source: UnsafePointer<Float>, stride: Int, to destination: UnsafeMutablePointer<Float>, count: Int
) {
  guard count > 0 else { return }
  if stride == 1 {
    memcpy(destination, source, count * MemoryLayout<Float>.stride)
    return
  }
  var i = 0
  if stride == 2 {
    // Strictly less: the sixteenth float of the load then lies before an element that is needed anyway.
    while i + 8 < count {
      store8(load16(source + 2 * i).evenHalf, destination + i)
      i += 8
    }
  }
  while i < count {
    destination[i] = source[i * stride]
    i += 1
  }
}

/// Writes `count` zeros.
@inline(__always)
func fillZero(_ destination: UnsafeMutablePointer<Float>, count: Int) {
  if count > 0 { memset(destination, 0, count * MemoryLayout<Float>.stride) }
}
