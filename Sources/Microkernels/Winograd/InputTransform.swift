import KernelInterface

/// Transforms tiles of a map: Bᵀ d B for each tile and channel.
func transformInput(_ input: WinogradInput) {
  switch input.tiles.tile {
  case .four: transformTiles(input, FourTransform.self)
  case .six: transformTiles(input, SixTransform.self)
  case .stridedTwo: transformTiles(input, StridedTwoTransform.self)
  case .stridedFour: transformTiles(input, StridedFourTransform.self)
  }
}

/// The form of the panel's elements: two vectors of floats fill one of bf16.
private typealias Operand = Target.Operand

private func transformTiles<Transform: WinogradTransform>(_ input: WinogradInput, _: Transform.Type) {
  let side = Transform.inputs
  let step = Transform.outputs * Transform.stride
  let map = MapPlace(input.input)
  // A constant in the builds that have only fp32: as a field of the map, which leaves the registers, it would not be one,
  // and the code for both types would be four times as long.
  let isFP32 = input.input.elementType.isFP32
  // Behind the transform in one direction, a tile that reaches beyond the map.
  let patch = UnsafeMutableRawPointer(input.temporary + side * side * laneCount)
  var y = input.tiles.first / input.tiles.across
  var x = input.tiles.first - y * input.tiles.across
  for tile in 0..<input.tiles.count {
    let top = y * step - input.padding
    let left = x * step - input.padding
    let isInside = top >= 0 && left >= 0 && top + side <= map.height && left + side <= map.width
    var channel = 0
    var block = input.transformed.start + tile * vectorBytes
    while channel < map.channels {
      let isFirstOfBlock = channel / laneCount % Operand.dotLength == 0
      let target = isFirstOfBlock ? block : block + Operand.stride
      let offset = channel * (isFP32 ? FP32.byteCount : Operand.byteCount)
      var source = SourceTile(
        start: map.start + (top * map.rowStride + left * map.pixelStride + offset), rowStep: map.rowStride,
        columnStep: map.pixelStride)
      if !isInside {
        fillPatch(patch, side, map, top: top, left: left, offset: offset)
        source = SourceTile(
          start: UnsafeRawPointer(patch), rowStep: side * vectorBytes, columnStep: vectorBytes)
      }
      if !isFP32 {
        if map.channels - channel >= 2 * laneCount {
          source.transform(Transform.self, Operand.Even.self, input, to: block)
          source.transform(Transform.self, Operand.Odd.self, input, to: block + Operand.stride, isFirst: false)
          channel += 2 * laneCount
          block += input.transformed.blockStride
        } else {
          source.transform(Transform.self, Operand.self, input, to: target)
          channel += laneCount
        }
        continue
      }
      source.transform(
        Transform.self, FP32.self, input, to: target, channels: min(laneCount, map.channels - channel))
      channel += laneCount
      if channel / laneCount % Operand.dotLength == 0 { block += input.transformed.blockStride }
    }
    x += 1
    if x == input.tiles.across {
      x = 0
      y += 1
    }
  }
}

/// What the transform asks of its map, in registers.
private struct MapPlace {
  let start: UnsafeRawPointer
  let pixelStride: Int
  let rowStride: Int
  let height: Int
  let width: Int
  let channels: Int

  @inline(__always)
  init(_ map: FeatureMap) {
    start = UnsafeRawPointer(map.start)
    pixelStride = map.pixelStride
    rowStride = map.shape.width * map.pixelStride
    height = map.shape.height
    width = map.shape.width
    channels = map.shape.channels
  }
}

/// One vector of channels of a tile.
private struct SourceTile {
  let start: UnsafeRawPointer
  let rowStep: Int
  let columnStep: Int

  /// - Parameters:
  ///   - channels: how many there are
  ///   - isFirst: whether these lines have not been read for other channels
  @inline(__always)
  func transform<Transform: WinogradTransform, Source: LaneSource>(
    _: Transform.Type, _: Source.Type, _ input: WinogradInput, to target: UnsafeMutableRawPointer,
    channels: Int = laneCount, isFirst: Bool = true
  ) {
    let side = Transform.inputs
    let step = Transform.outputs * Transform.stride
    let half = UnsafeMutableRawPointer(input.temporary)
    for column in 0..<side {
      if isFirst {
        // The same channels of the next tile: their lines are too far apart for the hardware prefetcher.
        let next = start + (column + step) * columnStep
        for row in 0..<side { prefetch(next + row * rowStep) }
      }
      Transform.input(
        start + column * columnStep, rowStep, Source.self, half + column * vectorBytes, side * vectorBytes, FP32.self)
    }
    if Operand.dotLength == 2, channels < laneCount { clearNeighbour(input.temporary, side * side, channels) }
    for row in 0..<side {
      Transform.input(
        half + row * side * vectorBytes, vectorBytes, FP32.self, target + row * side * input.pointStride,
        input.pointStride, Operand.self)
    }
  }
}

/// Puts zeros behind the last channel of half a transform if that has no neighbour: a dot product in bf16 takes both.
@inline(never)
private func clearNeighbour(_ half: UnsafeMutablePointer<Float>, _ count: Int, _ channels: Int) {
  guard channels % 2 == 1 else { return }
  for index in 0..<count { half[index * laneCount + channels] = 0 }
}

/// Copies a tile that reaches beyond the map, with zeros there: one vector of each pixel, of either type.
@inline(never)
private func fillPatch(
  _ patch: UnsafeMutableRawPointer, _ side: Int, _ map: MapPlace, top: Int, left: Int, offset: Int
) {
  let columns = max(0, -left)..<max(max(0, -left), min(side, map.width - left))
  for row in 0..<side {
    let target = patch + row * side * vectorBytes
    let y = top + row
    guard y >= 0 && y < map.height && !columns.isEmpty else {
      for column in 0..<side { store(Lanes(), target + column * vectorBytes) }
      continue
    }
    for column in 0..<columns.lowerBound { store(Lanes(), target + column * vectorBytes) }
    var source = map.start + (y * map.rowStride + (left + columns.lowerBound) * map.pixelStride + offset)
    for column in columns {
      store(load(source), target + column * vectorBytes)
      source += map.pixelStride
    }
    for column in columns.upperBound..<side { store(Lanes(), target + column * vectorBytes) }
  }
}
