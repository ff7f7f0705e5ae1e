import KernelInterface

/// Copies neighbouring pixels into a panel, in the type of its operands.
func packPixels(_ pixels: PixelSpan, _ panel: Panel) { Target.Operand.pack(pixels, panel) }

/// Writes zeros in the place of pixels that lie in the padding.
func clearPixels(_ pixels: PixelSpan, _ panel: Panel) {
  var channel = 0
  var block = panel.start
  while channel < pixels.channels {
    for pixel in 0..<pixels.count { store(Lanes(), block + pixel * vectorBytes) }
    channel += laneCount * Target.Operand.dotLength
    block += panel.blockStride
  }
}

/// Copies so many bytes of neighbouring pixels into a panel as they are, a vector at a time.
@inline(__always)
func copyPixels(_ pixels: PixelSpan, bytes: Int, _ panel: Panel) {
  // Pixel by pixel, as memory is read ahead; the panel is in cache.
  var pixel = pixels.start
  var row = panel.start
  for _ in 0..<pixels.count {
    var source = pixel
    var destination = row
    var left = bytes
    while left > 0 {
      store(load(source), destination)
      source += vectorBytes
      destination += panel.blockStride
      left -= vectorBytes
    }
    pixel += pixels.stride
    row += vectorBytes
  }
}
