import CProcessor
import KernelInterface

/// Multiplies a panel with packed weights, a tile at a time, and finishes each tile while it is in the first-level cache.
func multiplyPanel(_ product: PanelProduct) { multiplyPanel(product, PanelFactors.self) }

#if BF16_PRODUCTS
  /// The same for factors in single precision, as convolutions of few channels keep them, whose output may be in bf16.
  func multiplySinglePrecisionPanel(_ product: PanelProduct) { multiplyPanel(product, SingleFactors.self) }
#endif

@inline(__always)
private func multiplyPanel<Numbers: Factors>(_ product: PanelProduct, _: Numbers.Type) {
  if product.epilogue.isEmpty, product.columns % 16 == 0, product.epilogue.precision.isSingle {
    forEachTile(product) { tile in
      let output = product.output + (tile.row * product.outputStride + tile.firstVector * 16)
      multiplyTile(tile, product, output, product.outputStride, Numbers.self)
    }
  } else {
    withStackMemory { sums in
      forEachTile(product) { tile in
        multiplyTile(tile, product, sums, tile.vectors * 16, Numbers.self)
        #if BF16_PRODUCTS
          if !product.epilogue.precision.isSingle {
            return run(RoundedTileFinish(sums: sums, tile: tile, product: product), with: product.epilogue.activation)
          }
        #endif
        run(TileFinish(sums: sums, tile: tile, product: product), with: product.epilogue.activation)
      }
    }
  }
  if product.epilogue.streams { finishStreams() }
}

/// The rows and columns of a product that the registers hold at a time.
private struct Tile {
  let row: Int
  let rows: Int
  let firstVector: Int
  let vectors: Int
}

/// Groups of columns are outermost: the weights of one are read from memory once and then stay in cache for all rows.
@inline(__always)
private func forEachTile(_ product: PanelProduct, _ body: (Tile) -> Void) {
  var readAhead = ReadAhead(product)
  for group in product.firstGroup..<product.firstGroup + product.groupCount {
    let vectors = product.groups.width(of: group)
    // Tiles of nearly one size: 25 rows as 13 and 12 rather than 14 and 11.
    let limit = product.pairing == nil ? rowLimit(vectors) : pairedRowLimit
    let tiles = (product.rows + limit - 1) / limit
    for tile in 0..<tiles {
      let row = tile * product.rows / tiles
      body(
        Tile(
          row: row, rows: (tile + 1) * product.rows / tiles - row, firstVector: product.groups.start(of: group),
          vectors: vectors))
      readAhead.step()
    }
  }
}

/// Asks for the pixels of the next panel a few at a time, while tiles keep the processor from needing memory.
private struct ReadAhead {
  private var pixel: UnsafePointer<Float>
  private var left: Int
  private let pixelStep: Int
  private let floats: Int
  private let perTile: Int

  @inline(__always)
  init(_ product: PanelProduct) {
    guard let next = product.next else {
      (pixel, left, pixelStep, floats, perTile) = (product.panel, 0, 0, 0, 0)
      return
    }
    (pixel, left, pixelStep, floats) = (
      next.source, next.count, next.pixelStep, next.precision.isSingle ? next.channels : next.channels / 2
    )
    let tiles = max(1, product.groupCount * product.rows / 16)
    perTile = (next.count + tiles - 1) / tiles
  }

  @inline(__always)
  mutating func step() {
    for _ in 0..<max(0, min(perTile, left)) {
      var float = 0
      while float < floats {
        gelan_prefetch(pixel + float)
        float += 16
      }
      pixel += pixelStep
    }
    left -= perTile
  }
}

#if TILE_OF_32_REGISTERS
  /// Thirty-two registers: 28 sums, three of weights, one of the panel.
  let tileLimits = TileLimits(rowsOfOne: 14, ofTwo: 14, ofThree: 9, paired: 16)

  @inline(__always)
  private func rowLimit(_ vectors: Int) -> Int { vectors == 3 ? 9 : 14 }

  @inline(__always)
  private var pairedRowLimit: Int { 16 }

  @inline(__always)
  private func multiplyTile<Numbers: Factors>(
    _ tile: Tile, _ product: PanelProduct, _ sums: UnsafeMutablePointer<Float>, _ sumStride: Int, _: Numbers.Type
  ) {
    #if !BF16_PRODUCTS
      if let pairing = product.pairing { return multiplyPairs(tile, product, pairing, sums, sumStride) }
    #endif
    let panel = product.panel + tile.row * 16
    let weights = product.weights + tile.firstVector * 16 * product.depth
    let (stride, depths, blocks) = (product.blockStride, product.depths, product.blocks)
    @inline(__always) func run(
      _ multiply: (
        UnsafePointer<Float>, Int, UnsafePointer<UInt8>, Int, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>,
        Int
      ) -> Void
    ) { multiply(panel, stride, depths, blocks, product.depth, weights, sums, sumStride) }
    switch (tile.vectors, tile.rows) {
    case (1, 1): run(ProductTile<1, 1, Numbers>.multiply)
    case (1, 2): run(ProductTile<2, 1, Numbers>.multiply)
    case (1, 3): run(ProductTile<3, 1, Numbers>.multiply)
    case (1, 4): run(ProductTile<4, 1, Numbers>.multiply)
    case (1, 5): run(ProductTile<5, 1, Numbers>.multiply)
    case (1, 6): run(ProductTile<6, 1, Numbers>.multiply)
    case (1, 7): run(ProductTile<7, 1, Numbers>.multiply)
    case (1, 8): run(ProductTile<8, 1, Numbers>.multiply)
    case (1, 9): run(ProductTile<9, 1, Numbers>.multiply)
    case (1, 10): run(ProductTile<10, 1, Numbers>.multiply)
    case (1, 11): run(ProductTile<11, 1, Numbers>.multiply)
    case (1, 12): run(ProductTile<12, 1, Numbers>.multiply)
    case (1, 13): run(ProductTile<13, 1, Numbers>.multiply)
    case (1, _): run(ProductTile<14, 1, Numbers>.multiply)
    case (2, 1): run(ProductTile<1, 2, Numbers>.multiply)
    case (2, 2): run(ProductTile<2, 2, Numbers>.multiply)
    case (2, 3): run(ProductTile<3, 2, Numbers>.multiply)
    case (2, 4): run(ProductTile<4, 2, Numbers>.multiply)
    case (2, 5): run(ProductTile<5, 2, Numbers>.multiply)
    case (2, 6): run(ProductTile<6, 2, Numbers>.multiply)
    case (2, 7): run(ProductTile<7, 2, Numbers>.multiply)
    case (2, 8): run(ProductTile<8, 2, Numbers>.multiply)
    case (2, 9): run(ProductTile<9, 2, Numbers>.multiply)
    case (2, 10): run(ProductTile<10, 2, Numbers>.multiply)
    case (2, 11): run(ProductTile<11, 2, Numbers>.multiply)
    case (2, 12): run(ProductTile<12, 2, Numbers>.multiply)
    case (2, 13): run(ProductTile<13, 2, Numbers>.multiply)
    case (2, _): run(ProductTile<14, 2, Numbers>.multiply)
    case (_, 1): run(ProductTile<1, 3, Numbers>.multiply)
    case (_, 2): run(ProductTile<2, 3, Numbers>.multiply)
    case (_, 3): run(ProductTile<3, 3, Numbers>.multiply)
    case (_, 4): run(ProductTile<4, 3, Numbers>.multiply)
    case (_, 5): run(ProductTile<5, 3, Numbers>.multiply)
    case (_, 6): run(ProductTile<6, 3, Numbers>.multiply)
    case (_, 7): run(ProductTile<7, 3, Numbers>.multiply)
    case (_, 8): run(ProductTile<8, 3, Numbers>.multiply)
    default: run(ProductTile<9, 3, Numbers>.multiply)
    }
  }
#else
  #if FUSED_MULTIPLY_ADD
    /// Sixteen registers of eight floats, or thirty-two of four: one vector of columns by six rows are 12 or 24 sums.
    let tileLimits = TileLimits(rowsOfOne: 6, paired: 3)
  #else
    /// Sixteen registers of four floats: one vector of columns by three rows are 12 sums.
    let tileLimits = TileLimits(rowsOfOne: 3, paired: 2)
  #endif

  @inline(__always)
  private func rowLimit(_ vectors: Int) -> Int {
    #if FUSED_MULTIPLY_ADD
      6
    #else
      3
    #endif
  }

  @inline(__always)
  private var pairedRowLimit: Int {
    #if FUSED_MULTIPLY_ADD
      3
    #else
      2
    #endif
  }

  @inline(__always)
  private func multiplyTile<Numbers: Factors>(
    _ tile: Tile, _ product: PanelProduct, _ sums: UnsafeMutablePointer<Float>, _ sumStride: Int, _: Numbers.Type
  ) {
    #if !BF16_PRODUCTS
      if let pairing = product.pairing { return multiplyPairs(tile, product, pairing, sums, sumStride) }
    #endif
    let panel = product.panel + tile.row * 16
    let weights = product.weights + tile.firstVector * 16 * product.depth
    let (stride, depths, blocks) = (product.blockStride, product.depths, product.blocks)
    @inline(__always) func run(
      _ multiply: (
        UnsafePointer<Float>, Int, UnsafePointer<UInt8>, Int, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>,
        Int
      ) -> Void
    ) { multiply(panel, stride, depths, blocks, product.depth, weights, sums, sumStride) }
    switch tile.rows {
    case 1: run(ProductTile<1, 1, Numbers>.multiply)
    case 2: run(ProductTile<2, 1, Numbers>.multiply)
    case 3: run(ProductTile<3, 1, Numbers>.multiply)
    case 4: run(ProductTile<4, 1, Numbers>.multiply)
    case 5: run(ProductTile<5, 1, Numbers>.multiply)
    default: run(ProductTile<6, 1, Numbers>.multiply)
    }
  }
#endif

#if !BF16_PRODUCTS
  private func multiplyPairs(
    _ tile: Tile, _ product: PanelProduct, _ pairing: Pairing, _ sums: UnsafeMutablePointer<Float>, _ sumStride: Int
  ) {
    let panel = product.panel + tile.row * 16
    let weights = product.weights + tile.firstVector * 16 * product.depth
    let rows = pairing.rows + tile.row * 2
    let columns = pairing.columns + tile.firstVector * 32
    @inline(__always) func run(
      _ multiply: (
        UnsafePointer<Float>, Int, UnsafePointer<UInt8>, Int, UnsafePointer<Float>, Int, UnsafePointer<Float>,
        UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int
      ) -> Void
    ) {
      multiply(
        panel, product.blockStride, product.depths, product.blocks, weights, product.depth * 16, rows, columns, sums,
        sumStride)
    }
    switch tile.rows {
    case 1: run(PairedTile<1>.multiply)
    case 2: run(PairedTile<2>.multiply)
    #if TILE_OF_32_REGISTERS
      case 3: run(PairedTile<3>.multiply)
      case 4: run(PairedTile<4>.multiply)
      case 5: run(PairedTile<5>.multiply)
      case 6: run(PairedTile<6>.multiply)
      case 7: run(PairedTile<7>.multiply)
      case 8: run(PairedTile<8>.multiply)
      case 9: run(PairedTile<9>.multiply)
      case 10: run(PairedTile<10>.multiply)
      case 11: run(PairedTile<11>.multiply)
      case 12: run(PairedTile<12>.multiply)
      case 13: run(PairedTile<13>.multiply)
      case 14: run(PairedTile<14>.multiply)
      case 15: run(PairedTile<15>.multiply)
      default: run(PairedTile<16>.multiply)
    #else
      default: run(PairedTile<3>.multiply)
    #endif
    }
  }
#endif

/// Adds the bias, applies the activation, adds what is to be added, and stores a tile's sums.
private struct TileFinish: ActivationLoop {
  let sums: UnsafePointer<Float>
  let tile: Tile
  let product: PanelProduct

  @inline(never)
  func run(_ activation: some LaneFunction) {
    let (row, rows, firstVector, vectors) = (tile.row, tile.rows, tile.firstVector, tile.vectors)
    let output = product.output + row * product.outputStride + firstVector * 16
    let lastCount = min(16, product.columns - (firstVector + vectors - 1) * 16)
    let epilogue = product.epilogue
    let isPlain = epilogue.before == nil && epilogue.after == nil
    // Down the rows of one vector: its bias stays in a register, and nothing in the loop has to be decided.
    for vector in 0..<vectors {
      let channel = (firstVector + vector) * 16
      let bias = epilogue.bias.map { load($0 + channel) } ?? Lanes(repeating: -0.0)
      let source = sums + vector * 16
      let target = output + vector * 16
      let count = vector == vectors - 1 ? lastCount : 16
      if isPlain, count == 16, epilogue.streams {
        for r in 0..<rows {
          storePastCaches(activation(load(source + r * vectors * 16) + bias), target + r * product.outputStride)
        }
      } else if isPlain, count == 16 {
        for r in 0..<rows {
          store(activation(load(source + r * vectors * 16) + bias), target + r * product.outputStride)
        }
      } else {
        finish(product, tile, vector, count, sums, bias, activation, FloatStorage.self)
      }
    }
  }
}

/// Finishes a vector that is a part of one, or to which a map is added.
@inline(__always)
private func finish<Storage: LaneStorage>(
  _ product: PanelProduct, _ tile: Tile, _ vector: Int, _ count: Int, _ sums: UnsafePointer<Float>, _ bias: Lanes,
  _ activation: some LaneFunction, _: Storage.Type
) {
  let epilogue = product.epilogue
  let channel = (tile.firstVector + vector) * 16
  let target = product.output + (tile.row * product.outputStride + channel / Storage.vectorsInBlock)
  let streams = epilogue.streams && Storage.vectorsInBlock == 1
  var (y, x) = (product.firstPixel + tile.row).quotientAndRemainder(dividingBy: product.width)
  for r in 0..<tile.rows {
    var value = load(sums + (r * tile.vectors + vector) * 16) + bias
    if let before = epilogue.before { value += before.numbers(y: y, x: x, channel) }
    value = activation(value)
    if let after = epilogue.after { value += after.numbers(y: y, x: x, channel) }
    Storage.put(value, target + r * product.outputStride, first: count, streams: streams)
    x += 1
    if x == product.width { (y, x) = (y + 1, 0) }
  }
}

#if BF16_PRODUCTS
  /// The same for an output in bf16.
  private struct RoundedTileFinish: ActivationLoop {
    let sums: UnsafePointer<Float>
    let tile: Tile
    let product: PanelProduct

    @inline(never)
    func run(_ activation: some LaneFunction) {
      let epilogue = product.epilogue
      let isPlain = epilogue.before == nil && epilogue.after == nil
      let columns = product.columns - tile.firstVector * 16
      var vector = 0
      while vector < tile.vectors {
        if isPlain, vector + 2 <= tile.vectors, columns - vector * 16 >= 32 {
          finishTwo(vector, activation)
          vector += 2
        } else {
          let count = min(16, columns - vector * 16)
          finish(product, tile, vector, count, sums, bias(vector), activation, PanelStorage.self)
          vector += 1
        }
      }
    }

    /// Two vectors fill a line: groups of three, after which others would begin amid one, come last and are not streamed.
    @inline(__always)
    private func finishTwo(_ vector: Int, _ activation: some LaneFunction) {
      let (firstBias, secondBias) = (bias(vector), bias(vector + 1))
      let source = sums + vector * 16
      let target = output(vector)
      let streams = product.epilogue.streams
      for r in 0..<tile.rows {
        let pair = source + r * tile.vectors * 16
        let numbers = gelan_narrow_both(activation(load(pair) + firstBias), activation(load(pair + 16) + secondBias))
        if streams {
          storePastCaches(numbers, target + r * product.outputStride)
        } else {
          store(numbers, target + r * product.outputStride)
        }
      }
    }

    @inline(__always)
    private func bias(_ vector: Int) -> Lanes {
      product.epilogue.bias.map { load($0 + (tile.firstVector + vector) * 16) } ?? Lanes(repeating: -0.0)
    }

    @inline(__always)
    private func output(_ vector: Int) -> UnsafeMutablePointer<Float> {
      product.output + (tile.row * product.outputStride + (tile.firstVector + vector) * 8)
    }
  }
#endif

extension Epilogue {
  /// Whether sums are stored as they are.
  ///
  /// A pattern rather than `==`, which would ask for the conformance by a function that all builds share.
  fileprivate var isEmpty: Bool {
    if case .identity = activation { bias == nil && before == nil && after == nil } else { false }
  }
}
