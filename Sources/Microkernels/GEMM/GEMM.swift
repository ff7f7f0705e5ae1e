import Elements
import KernelInterface

/// Multiplies a panel with packed weights, a register tile at a time, and finishes each tile while it is in the
/// first-level cache.
func multiply(_ gemm: GEMMOperands) {
  if gemm.panel.elementType.isFP32 { multiply(gemm, FP32.self) } else { multiply(gemm, Target.Operand.self) }
}

@inline(__always)
private func multiply<Operand: ElementFormat>(_ gemm: GEMMOperands, _: Operand.Type) {
  let output = gemm.output
  if gemm.epilogue.isEmpty, gemm.weights.columns % laneCount == 0, output.elementType.isFP32 {
    forEachTile(gemm) { tile in
      multiplyTile(
        tile, gemm, output.start + (tile.row * output.stride + tile.firstVector * vectorBytes), output.stride,
        Operand.self)
    }
  } else {
    withStackMemory { sums in
      forEachTile(gemm) { tile in
        multiplyTile(tile, gemm, sums, tile.vectors * vectorBytes, Operand.self)
        if output.elementType.isFP32 {
          FP32.finish(sums, tile, gemm)
        } else {
          Target.Operand.finish(sums, tile, gemm)
        }
      }
    }
  }
  if output.isNonTemporal { Target.fence() }
}

/// The rows and columns of a GEMM that the registers hold at a time.
struct TilePlace {
  let row: Int
  let rows: Int
  let firstVector: Int
  let vectors: Int
}

/// Groups of columns are outermost: the weights of one are read from memory once and then stay in cache for all rows.
@inline(__always)
private func forEachTile(_ gemm: GEMMOperands, _ body: (TilePlace) -> Void) {
  var prefetching = PanelPrefetch(gemm)
  let groups = gemm.weights.groups
  for group in gemm.weights.range {
    let vectors = groups.width(of: group)
    // Tiles of nearly one size: 25 rows as 13 and 12 rather than 14 and 11.
    let limit =
      gemm.innerProduct == nil ? Target.registerTile.rows(ofVectors: vectors) : Target.registerTile.innerProductRows
    let tiles = (gemm.rows + limit - 1) / limit
    for tile in 0..<tiles {
      let row = tile * gemm.rows / tiles
      body(
        TilePlace(
          row: row, rows: (tile + 1) * gemm.rows / tiles - row, firstVector: groups.start(of: group),
          vectors: vectors))
      prefetching.step()
    }
  }
}

/// Prefetches the pixels of the next panel a few at a time, while tiles keep the processor from needing memory.
private struct PanelPrefetch {
  private var pixel: UnsafeRawPointer
  private var left: Int
  private let stride: Int
  private let bytes: Int
  private let perTile: Int

  @inline(__always)
  init(_ gemm: GEMMOperands) {
    guard let next = gemm.next else {
      (pixel, left, stride, bytes, perTile) = (UnsafeRawPointer(gemm.panel.start), 0, 0, 0, 0)
      return
    }
    (pixel, left, stride, bytes) = (
      next.start, next.count, next.stride,
      next.channels * (next.elementType.isFP32 ? FP32.byteCount : Target.Operand.byteCount)
    )
    let tiles = max(1, gemm.weights.range.count * gemm.rows / 16)
    perTile = (next.count + tiles - 1) / tiles
  }

  @inline(__always)
  mutating func step() {
    for _ in 0..<max(0, min(perTile, left)) {
      var offset = 0
      while offset < bytes {
        prefetch(pixel + offset)
        offset += vectorBytes
      }
      pixel += stride
    }
    left -= perTile
  }
}

/// Multiplies one register tile by the specialisation for its size; those beyond the target's register tile are not built.
@inline(__always)
private func multiplyTile<Operand: ElementFormat>(
  _ tile: TilePlace, _ gemm: GEMMOperands, _ sums: UnsafeMutableRawPointer, _ sumStride: Int, _: Operand.Type
) {
  if !Target.hasNarrowMaps, let terms = gemm.innerProduct {
    return multiplyByInnerProduct(tile, gemm, terms, sums, sumStride)
  }
  if Target.registerTile.rowsOfThree > 0, tile.vectors == 3 {
    multiplyRows(tile, gemm, sums, sumStride, GEMMTiles<3, Operand>.self)
  } else if Target.registerTile.rowsOfTwo > 0, tile.vectors == 2 {
    multiplyRows(tile, gemm, sums, sumStride, GEMMTiles<2, Operand>.self)
  } else {
    multiplyRows(tile, gemm, sums, sumStride, GEMMTiles<1, Operand>.self)
  }
}

private enum GEMMTiles<let vectors: Int, Operand: ElementFormat> {}

@inline(__always)
private func multiplyRows<let vectors: Int, Operand: ElementFormat>(
  _ tile: TilePlace, _ gemm: GEMMOperands, _ sums: UnsafeMutableRawPointer, _ sumStride: Int,
  _: GEMMTiles<vectors, Operand>.Type
) {
  let panel = UnsafeRawPointer(gemm.panel.start) + tile.row * vectorBytes
  let weights = UnsafeRawPointer(gemm.weights.start) + tile.firstVector * vectorBytes * gemm.weights.depth
  let (blockStride, depths) = (gemm.panel.blockStride, gemm.depths)
  @inline(__always) func run(
    _ rows: Int,
    _ multiply: (
      UnsafeRawPointer, Int, UnsafePointer<UInt8>, Int, Int, UnsafeRawPointer, UnsafeMutableRawPointer, Int
    ) -> Void
  ) {
    guard rows <= Target.registerTile.rows(ofVectors: vectors) else { return }
    multiply(panel, blockStride, depths.used, depths.count, gemm.weights.depth, weights, sums, sumStride)
  }
  switch tile.rows {
  case 1: run(1, GEMMTile<1, vectors, Operand>.multiply)
  case 2: run(2, GEMMTile<2, vectors, Operand>.multiply)
  case 3: run(3, GEMMTile<3, vectors, Operand>.multiply)
  case 4: run(4, GEMMTile<4, vectors, Operand>.multiply)
  case 5: run(5, GEMMTile<5, vectors, Operand>.multiply)
  case 6: run(6, GEMMTile<6, vectors, Operand>.multiply)
  case 7: run(7, GEMMTile<7, vectors, Operand>.multiply)
  case 8: run(8, GEMMTile<8, vectors, Operand>.multiply)
  case 9: run(9, GEMMTile<9, vectors, Operand>.multiply)
  case 10: run(10, GEMMTile<10, vectors, Operand>.multiply)
  case 11: run(11, GEMMTile<11, vectors, Operand>.multiply)
  case 12: run(12, GEMMTile<12, vectors, Operand>.multiply)
  case 13: run(13, GEMMTile<13, vectors, Operand>.multiply)
  default: run(14, GEMMTile<14, vectors, Operand>.multiply)
  }
}

private func multiplyByInnerProduct(
  _ tile: TilePlace, _ gemm: GEMMOperands, _ terms: InnerProductTerms, _ sums: UnsafeMutableRawPointer,
  _ sumStride: Int
) {
  let panel = UnsafeRawPointer(gemm.panel.start) + tile.row * vectorBytes
  let weights = UnsafeRawPointer(gemm.weights.start) + tile.firstVector * vectorBytes * gemm.weights.depth
  let rowTerms = terms.rows + tile.row * 2
  let columnTerms = terms.columns + tile.firstVector * 2 * laneCount
  @inline(__always) func run(
    _ rows: Int,
    _ multiply: (
      UnsafeRawPointer, Int, UnsafePointer<UInt8>, Int, UnsafeRawPointer, Int, UnsafePointer<Float>,
      UnsafePointer<Float>, UnsafeMutableRawPointer, Int
    ) -> Void
  ) {
    guard rows <= Target.registerTile.innerProductRows else { return }
    multiply(
      panel, gemm.panel.blockStride, gemm.depths.used, gemm.depths.count, weights, gemm.weights.depth * vectorBytes,
      rowTerms, columnTerms, sums, sumStride)
  }
  switch tile.rows {
  case 1: run(1, InnerProductTile<1>.multiply)
  case 2: run(2, InnerProductTile<2>.multiply)
  case 3: run(3, InnerProductTile<3>.multiply)
  case 4: run(4, InnerProductTile<4>.multiply)
  case 5: run(5, InnerProductTile<5>.multiply)
  case 6: run(6, InnerProductTile<6>.multiply)
  case 7: run(7, InnerProductTile<7>.multiply)
  case 8: run(8, InnerProductTile<8>.multiply)
  case 9: run(9, InnerProductTile<9>.multiply)
  case 10: run(10, InnerProductTile<10>.multiply)
  case 11: run(11, InnerProductTile<11>.multiply)
  case 12: run(12, InnerProductTile<12>.multiply)
  case 13: run(13, InnerProductTile<13>.multiply)
  case 14: run(14, InnerProductTile<14>.multiply)
  case 15: run(15, InnerProductTile<15>.multiply)
  default: run(16, InnerProductTile<16>.multiply)
  }
}

extension Epilogue {
  /// Whether sums are stored as they are.
  ///
  /// A pattern rather than `==`, which would ask for the conformance by a function that all builds share.
  fileprivate var isEmpty: Bool {
    if case .identity = activation { bias == nil && before == nil && after == nil } else { false }
  }
}
