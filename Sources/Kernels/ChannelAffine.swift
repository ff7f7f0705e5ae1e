/// Computes x·scale[c] + shift[c] for each element of channel c; a missing scale is 1, a missing shift is 0.
///
/// - Parameters:
///   - input: (channels, height, width)
///   - scale: (channels) or nil
///   - shift: (channels) or nil
///   - output: (channels, height, width), may be `input`
package func channelAffine(
  input: UnsafePointer<Float>, shape: MapShape, scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?,
  output: UnsafeMutablePointer<Float>, pool: ThreadPool
) {
  let plane = shape.planeCount
  pool.forEachRange(shape.channels, atLeast: channelGrain(plane)) { channels in
    for c in channels {
      let source = input + c * plane
      let destination = output + c * plane
      let factor = scale?[c] ?? 1
      let summand = shift?[c] ?? -0.0  // adding -0 changes nothing
      var i = 0
      while i + 8 <= plane {
        store8(load8(source + i) * factor + summand, destination + i)
        i += 8
      }
      while i < plane {
        destination[i] = source[i] * factor + summand
        i += 1
      }
    }
  }
}

/// Counts the channels of `planeCount` elements that are worth a thread's attention.
func channelGrain(_ planeCount: Int) -> Int {
  max(1, elementGrain / planeCount)
}
