import CProcessor
import KernelInterface

/// Transforms tiles of a map: Bᵀ d B for each tile and channel.
func transformInput(_ input: WinogradInput) {
  switch input.tile {
  case .four: transformTiles(input, FourTransform.self)
  case .six: transformTiles(input, SixTransform.self)
  case .stridedTwo: transformTiles(input, StridedTwoTransform.self)
  case .stridedFour: transformTiles(input, StridedFourTransform.self)
  }
}

private func transformTiles<Transform: WinogradTransform>(_ input: WinogradInput, _: Transform.Type) {
  let side = Transform.inputs
  let step = Transform.outputs * Transform.stride
  // Behind the transform in one direction, a tile that reaches beyond the map.
  let patch = input.temporary + side * side * 16
  let rowStride = input.width * input.pixelStride
  var y = input.firstTile / input.tilesAcross
  var x = input.firstTile - y * input.tilesAcross
  for tile in 0..<input.count {
    let top = y * step - input.padding
    let left = x * step - input.padding
    let isInside = top >= 0 && left >= 0 && top + side <= input.height && left + side <= input.width
    var channel = 0
    var block = input.transformed + tile * 16
    while channel < input.channels {
      let isFirstOfBlock = channel / 16 % PanelStorage.vectorsInBlock == 0
      let target = isFirstOfBlock ? block : block + 8
      let float = input.precision.isSingle ? channel : channel / 2
      var source = SourceTile(
        start: input.source + (top * rowStride + left * input.pixelStride + float), rowStep: rowStride,
        columnStep: input.pixelStride)
      if !isInside {
        fillPatch(patch, side, input, top: top, left: left, float: float)
        source = SourceTile(start: UnsafePointer(patch), rowStep: side * 16, columnStep: 16)
      }
      #if BF16_PRODUCTS
        if !input.precision.isSingle {
          if input.channels - channel >= 32 {
            source.transform(Transform.self, EvenSource.self, input, to: block)
            source.transform(Transform.self, OddSource.self, input, to: block + 8, isFirst: false)
            channel += 32
            block += input.blockStride
          } else {
            source.transform(Transform.self, PanelStorage.self, input, to: target)
            channel += 16
          }
          continue
        }
      #endif
      source.transform(
        Transform.self, FloatStorage.self, input, to: target, channels: min(16, input.channels - channel))
      channel += 16
      if channel / 16 % PanelStorage.vectorsInBlock == 0 { block += input.blockStride }
    }
    x += 1
    if x == input.tilesAcross {
      x = 0
      y += 1
    }
  }
}

/// One vector of channels of a tile.
private struct SourceTile {
  let start: UnsafePointer<Float>
  let rowStep: Int
  let columnStep: Int

  /// - Parameters:
  ///   - channels: how many there are
  ///   - isFirst: whether these lines have not been read for other channels
  @inline(__always)
  func transform<Transform: WinogradTransform, Source: LaneSource>(
    _: Transform.Type, _: Source.Type, _ input: WinogradInput, to target: UnsafeMutablePointer<Float>,
    channels: Int = 16, isFirst: Bool = true
  ) {
    let side = Transform.inputs
    let step = Transform.outputs * Transform.stride
    let half = input.temporary
    for column in 0..<side {
      if isFirst {
        // The same channels of the next tile: their lines are too far from each other for the processor to foresee.
        let next = start + (column + step) * columnStep
        for row in 0..<side { gelan_prefetch(next + row * rowStep) }
      }
      Transform.input(
        start + column * columnStep, rowStep, Source.self, half + column * 16, side * 16, FloatStorage.self)
    }
    if PanelStorage.vectorsInBlock == 2, channels < 16 { clearNeighbour(half, side * side, channels) }
    for row in 0..<side {
      Transform.input(
        half + row * side * 16, 16, FloatStorage.self, target + row * side * input.pointStride, input.pointStride,
        PanelStorage.self)
    }
  }
}

/// Puts zeros behind the last channel of half a transform if that has no neighbour: products in bf16 take both.
@inline(never)
private func clearNeighbour(_ half: UnsafeMutablePointer<Float>, _ count: Int, _ channels: Int) {
  guard channels % 2 == 1 else { return }
  for index in 0..<count { half[index * 16 + channels] = 0 }
}

/// Copies a tile that reaches beyond the map, with zeros there: sixteen floats of each pixel, whatever these hold.
@inline(never)
private func fillPatch(
  _ patch: UnsafeMutablePointer<Float>, _ side: Int, _ input: WinogradInput, top: Int, left: Int, float: Int
) {
  let columns = max(0, -left)..<max(max(0, -left), min(side, input.width - left))
  for row in 0..<side {
    let target = patch + row * side * 16
    let y = top + row
    guard y >= 0 && y < input.height && !columns.isEmpty else {
      for column in 0..<side { store(Lanes(), target + column * 16) }
      continue
    }
    for column in 0..<columns.lowerBound { store(Lanes(), target + column * 16) }
    var source = input.source + ((y * input.width + left + columns.lowerBound) * input.pixelStride + float)
    for column in columns {
      store(load(source), target + column * 16)
      source += input.pixelStride
    }
    for column in columns.upperBound..<side { store(Lanes(), target + column * 16) }
  }
}

/// Turns products into outputs: Aᵀ m A for each tile and column, then the epilogue.
func transformOutput(_ output: WinogradOutput) {
  #if BF16_PRODUCTS
    if !output.epilogue.precision.isSingle { return transformOutput(output, PanelStorage.self) }
  #endif
  transformOutput(output, FloatStorage.self)
}

@inline(__always)
private func transformOutput<Storage: LaneStorage>(_ output: WinogradOutput, _: Storage.Type) {
  let activation = output.epilogue.activation
  switch output.tile {
  case .four: run(OutputTiles<FourTransform, Storage>(output: output), with: activation)
  case .six: run(OutputTiles<SixTransform, Storage>(output: output), with: activation)
  case .stridedTwo: run(OutputTiles<StridedTwoTransform, Storage>(output: output), with: activation)
  case .stridedFour: run(OutputTiles<StridedFourTransform, Storage>(output: output), with: activation)
  }
}

private struct OutputTiles<Transform: WinogradTransform, Storage: LaneStorage>: ActivationLoop {
  let output: WinogradOutput

  @inline(never)
  func run(_ activation: some LaneFunction) {
    let outputs = Transform.outputs
    let side = Transform.inputs
    let half = output.temporary
    let sums = half + side * side * 16
    var tileY = output.firstTile / output.tilesAcross
    var tileX = output.firstTile - tileY * output.tilesAcross
    for tile in 0..<output.count {
      let (top, left) = (tileY * outputs, tileX * outputs)
      let rows = min(outputs, output.height - top)
      let columns = min(outputs, output.width - left)
      for vector in output.vectors {
        let source = output.products + (tile * output.tileStride + vector * 16)
        for column in 0..<side {
          Transform.output(
            source + column * output.pointStride, side * output.pointStride, half + column * 16, side * 16)
        }
        for row in 0..<rows { Transform.output(half + row * side * 16, 16, sums + row * outputs * 16, 16) }
        finish(sums, vector: vector, top: top, left: left, rows: rows, columns: columns, activation)
      }
      tileX += 1
      if tileX == output.tilesAcross {
        tileX = 0
        tileY += 1
      }
    }
    if streams { finishStreams() }
  }

  /// Half lines one after another had better pass through the caches.
  @inline(__always)
  private var streams: Bool { output.epilogue.streams && Storage.vectorsInBlock == 1 }

  /// Adds the bias, applies the activation, adds what is to be added, and stores a tile's sums.
  @inline(__always)
  private func finish(
    _ sums: UnsafePointer<Float>, vector: Int, top: Int, left: Int, rows: Int, columns: Int,
    _ activation: some LaneFunction
  ) {
    let epilogue = output.epilogue
    let channel = vector * 16
    let count = min(16, output.columns - channel)
    let bias = epilogue.bias.map { load($0 + channel) } ?? Lanes(repeating: -0.0)
    // Without a choice in the loop for each output; only those at the borders of a map are parts of a tile.
    let isWhole = epilogue.before == nil && count == 16 && columns == Transform.outputs
    for row in 0..<rows {
      let source = sums + row * Transform.outputs * 16
      let y = top + row
      let line =
        output.output + ((y * output.width + left) * output.outputStride + channel / Storage.vectorsInBlock)
      if isWhole, let after = epilogue.after {
        let addend = after.pixel(y: y, x: left) + after.floats(before: channel)
        for column in 0..<Transform.outputs {
          let value =
            activation(load(source + column * 16) + bias) + after.numbers(addend + column * after.pixelStride)
          // The next tile's.
          gelan_prefetch(addend + (column + Transform.outputs) * after.pixelStride)
          Storage.put(value, line + column * output.outputStride, first: 16, streams: streams)
        }
      } else if isWhole, streams {
        for column in 0..<Transform.outputs {
          storePastCaches(activation(load(source + column * 16) + bias), line + column * output.outputStride)
        }
      } else if isWhole {
        for column in 0..<Transform.outputs {
          Storage.put(activation(load(source + column * 16) + bias), line + column * output.outputStride)
        }
      } else {
        for column in 0..<columns {
          var value = load(source + column * 16) + bias
          if let before = epilogue.before { value += before.numbers(y: y, x: left + column, channel) }
          value = activation(value)
          if let after = epilogue.after { value += after.numbers(y: y, x: left + column, channel) }
          Storage.put(value, line + column * output.outputStride, first: count, streams: streams)
        }
      }
    }
  }
}

/// Transforms weights, G g Gᵀ, in double precision and lays them out for products.
func transformWeights(_ weights: WinogradWeights) {
  switch weights.tile {
  case .four: transform(weights, FourTransform.self)
  case .six: transform(weights, SixTransform.self)
  case .stridedTwo: transform(weights, StridedTwoTransform.self)
  case .stridedFour: transform(weights, StridedFourTransform.self)
  }
}

private func transform<Transform: WinogradTransform>(_ weights: WinogradWeights, _: Transform.Type) {
  let side = Transform.inputs
  // In bf16 two channels come together, the first of which has to wait.
  let waiting = PanelStorage.vectorsInBlock > 1 ? side * side * 64 : 0
  withUnsafeTemporaryAllocation(byteCount: (9 + 3 * side) * 128 + waiting, alignment: 128) { memory in
    guard let taps = memory.baseAddress?.bindMemory(to: SIMD16<Double>.self, capacity: 9 + 3 * side) else { return }
    let half = taps + 9
    for group in weights.range {
      let vectors = weights.groups.width(of: group)
      let firstVector = weights.groups.start(of: group)
      for d in 0..<weights.depth {
        for vector in 0..<vectors {
          let firstColumn = (firstVector + vector) * 16
          let place = weights.packed + (firstVector * weights.depth + d * vectors + vector) * 16
          @inline(__always) func transform(_ channel: Int32, _ put: (Lanes, Int) -> Void) {
            loadTaps(weights, Int(channel), firstColumn, taps)
            transformTaps(taps, half, Transform.self, put)
          }
          #if BF16_PRODUCTS
            let (first, second) = (weights.places[2 * d], weights.places[2 * d + 1])
            let firsts = UnsafeMutableRawPointer(half + 3 * side).assumingMemoryBound(to: Float.self)
            transform(first) { store($0, firsts + $1 * 16) }
            if second >= 0 {
              transform(second) { store(together(load(firsts + $1 * 16), $0), place + $1 * weights.pointStride) }
            } else {
              for point in 0..<side * side {
                store(together(load(firsts + point * 16), Lanes()), place + point * weights.pointStride)
              }
            }
          #else
            transform(weights.places[d]) { store($0, place + $1 * weights.pointStride) }
          #endif
        }
      }
    }
  }
}

/// Brings the weights of sixteen columns for one channel together, zeros in columns that do not exist.
@inline(__always)
private func loadTaps(
  _ weights: WinogradWeights, _ channel: Int, _ firstColumn: Int, _ taps: UnsafeMutablePointer<SIMD16<Double>>
) {
  for tap in 0..<9 {
    var numbers = SIMD16<Double>()
    for lane in 0..<min(16, weights.columns - firstColumn) {
      numbers[lane] = Double(weights.weight[((firstColumn + lane) * weights.channels + channel) * 9 + tap])
    }
    taps[tap] = numbers
  }
}

@inline(__always)
private func transformTaps<Transform: WinogradTransform>(
  _ taps: UnsafePointer<SIMD16<Double>>, _ half: UnsafeMutablePointer<SIMD16<Double>>, _: Transform.Type,
  _ put: (Lanes, Int) -> Void
) {
  let side = Transform.inputs
  typealias Wide = SIMD16<Double>
  for point in 0..<side {
    let (g0, g1, g2) = Transform.weights(point)
    for tap in 0..<3 {
      half[point * 3 + tap] =
        taps[tap] * Wide(repeating: g0) + taps[3 + tap] * Wide(repeating: g1) + taps[6 + tap] * Wide(repeating: g2)
    }
  }
  for row in 0..<side {
    for column in 0..<side {
      let (g0, g1, g2) = Transform.weights(column)
      let value =
        half[row * 3] * Wide(repeating: g0) + half[row * 3 + 1] * Wide(repeating: g1)
        + half[row * 3 + 2] * Wide(repeating: g2)
      put(rounded(value), row * side + column)
    }
  }
}

/// Sixteen doubles as floats, lane by lane: the standard library's conversion of a vector could become a function that all
/// builds share.
@inline(__always)
private func rounded(_ wide: SIMD16<Double>) -> Lanes {
  var lanes = Lanes()
  for lane in 0..<16 { lanes[lane] = Float(wide[lane]) }
  return lanes
}
