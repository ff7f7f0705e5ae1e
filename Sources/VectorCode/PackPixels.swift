import Elements
import KernelInterface

/// Writes zeros in the place of pixels, which lie in the padding.
func clearPixels(_ run: PixelRun, _ panel: Panel) {
  var channel = 0
  var block = panel.start
  while channel < run.channels {
    for pixel in 0..<run.count { store(Lanes(), block + pixel * 16) }
    channel += 16 * PanelStorage.vectorsInBlock
    block += panel.blockStride
  }
}

/// Copies so many floats of neighbouring pixels into a panel as they are, a vector at a time.
@inline(__always)
func copyPixels(_ run: PixelRun, floats: Int, _ panel: Panel) {
  // Pixel by pixel, as memory is read ahead; the panel is in cache.
  var pixel = run.source
  var row = panel.start
  for _ in 0..<run.count {
    var source = pixel
    var destination = row
    var left = floats
    while left > 0 {
      store(load(source), destination)
      source += 16
      destination += panel.blockStride
      left -= 16
    }
    pixel += run.pixelStep
    row += 16
  }
}

#if !BF16_PRODUCTS
  /// What panels and packed weights hold.
  var panelPrecision: ElementType { .fp32 }

  /// Copies neighbouring pixels into a panel.
  func packPixels(_ run: PixelRun, _ panel: Panel) { copyPixels(run, floats: run.channels, panel) }

  /// Lays weights out for products, zeros in columns that do not exist.
  func packWeights(_ packing: WeightPacking) {
    for group in packing.range {
      let vectors = packing.groups.width(of: group)
      let firstColumn = packing.groups.start(of: group) * 16
      var destination = packing.packed + firstColumn * packing.depth
      for d in 0..<packing.depth {
        let place = Int(packing.places[d])
        for column in firstColumn..<firstColumn + vectors * 16 {
          destination.pointee = column < packing.columns ? packing.weight[column * packing.columnStride + place] : 0
          destination += 1
        }
      }
    }
  }

  /// How vectors of transformed tiles lie in memory: a panel holds them as they are.
  typealias PanelStorage = FloatStorage
#endif
