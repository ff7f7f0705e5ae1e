import Glibc
import KernelInterface

/// Copies a map.
///
/// - Parameter output: of the input's shape, must not overlap `input`
package func copy(_ input: FeatureMap, to output: FeatureMap, pool: ThreadPool) {
  rearrange(input, output, pool) { y, x in input.pixel(y, x) }
}

/// Repeats every pixel `scale` times in both directions.
///
/// - Parameter output: (channels, height·scale, width·scale), must not overlap `input`
package func upsampleNearest(_ input: FeatureMap, scale: Int, to output: FeatureMap, pool: ThreadPool) {
  require(scale >= 1, "A map cannot be upsampled by a scale of \(scale).")
  rearrange(input, output, pool) { y, x in input.pixel(y / scale, x / scale) }
}

/// Resizes a map by taking, for each output pixel, the input pixel that PyTorch's "nearest" mode takes.
///
/// Along each axis that is min(⌊i · (input / output)⌋, input - 1), computed in single precision.
///
/// - Parameter output: of the input's channels, must not overlap `input`
package func resizeNearest(_ input: FeatureMap, to output: FeatureMap, pool: ThreadPool) {
  let rows = nearestSources(input: input.height, output: output.height)
  let columns = nearestSources(input: input.width, output: output.width)
  rearrange(input, output, pool) { y, x in input.pixel(rows[y], columns[x]) }
}

private func nearestSources(input: Int, output: Int) -> [Int] {
  let scale = Float(input) / Float(output)
  return (0..<output).map { min(Int((Float($0) * scale).rounded(.down)), input - 1) }
}

/// Surrounds a map with zeros; what lies beyond the output is left out.
///
/// - Parameter output: (channels, top + height + bottom, left + width + right), must not overlap `input`
package func zeroPad(_ input: FeatureMap, left: Int, top: Int, to output: FeatureMap, pool: ThreadPool) {
  require(left >= 0 && top >= 0, "A map cannot be padded by a negative number of pixels: left \(left), top \(top).")
  rearrange(input, output, pool) { y, x in
    let isInside = y >= top && y - top < input.height && x >= left && x - left < input.width
    return isInside ? input.pixel(y - top, x - left) : nil
  }
}

/// Names the order in which the positions (dy, dx) of a block become groups of output channels.
package enum BlockOrder: Hashable, Sendable {
  /// Output channel (dy·block + dx)·C + c: YOLO's Contract.
  case rowsFirst
  /// Output channel (dx·block + dy)·C + c: YOLO's ReOrg, which joins x[::2, ::2], x[1::2, ::2], x[::2, 1::2] and
  /// x[1::2, 1::2].
  case columnsFirst
}

/// Moves each block × block square of pixels into the depth of one output pixel.
///
/// - Parameters:
///   - input: (channels, height, width), height and width multiples of `block`
///   - output: (channels·block², height / block, width / block), must not overlap `input`
package func spaceToDepth(_ input: FeatureMap, block: Int, order: BlockOrder, to output: FeatureMap, pool: ThreadPool) {
  require(
    block > 0 && input.height % block == 0 && input.width % block == 0,
    "A map of \(input.height)×\(input.width) cannot be cut into blocks of \(block)×\(block).")
  for slow in 0..<block {
    for fast in 0..<block {
      let (dy, dx) = order == .rowsFirst ? (slow, fast) : (fast, slow)
      let first = (slow * block + fast) * input.channels
      rearrange(input, output.channels(first..<first + input.channels), pool) { y, x in
        input.pixel(y * block + dy, x * block + dx)
      }
    }
  }
}

/// Spreads the depth of each pixel over a block × block square, YOLO's Expand: the inverse of `spaceToDepth` with
/// `rowsFirst`.
///
/// - Parameters:
///   - input: channels a multiple of block²
///   - output: (channels / block², height·block, width·block), must not overlap `input`
package func depthToSpace(_ input: FeatureMap, block: Int, to output: FeatureMap, pool: ThreadPool) {
  require(
    block > 0 && input.channels % (block * block) == 0,
    "A depth of \(input.channels) channels cannot be spread over blocks of \(block)×\(block).")
  let channels = input.channels / (block * block)
  rearrange(input, output, pool) { y, x in
    input.pixel(y / block, x / block) + input.byteOffset(ofChannel: (y % block * block + x % block) * channels)
  }
}

/// Fills a map with the pixels of another that `source` gives, or with zeros where it gives none.
private func rearrange(
  _ input: FeatureMap, _ output: FeatureMap, _ pool: ThreadPool,
  _ source: (_ y: Int, _ x: Int) -> UnsafeRawPointer?
) {
  require(input.elementType == output.elementType, "Kernels that move elements do not convert them.")
  let bytes = output.pixelBytes
  pool.forEachRange(output.height, atLeast: rowGrain(output.width * output.channels)) {
    for y in $0 {
      var target = output.start + y * output.rowStride
      for x in 0..<output.width {
        if let source = source(y, x) {
          memcpy(target, source, bytes)
        } else {
          memset(target, 0, bytes)
        }
        target += output.pixelStride
      }
    }
  }
}

extension FeatureMap {
  /// The first channel of a pixel.
  @inline(__always)
  fileprivate func pixel(_ y: Int, _ x: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(start + (y * rowStride + x * pixelStride))
  }
}
