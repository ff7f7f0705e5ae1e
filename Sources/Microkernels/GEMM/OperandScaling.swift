import KernelInterface

/// Scales the rows of a panel to about the size of balanced weights and sums what their paired numbers give each product.
///
/// With factors of one size a sum of pairs rounds like a sum of single products; with numbers r times as large as weights
/// about (r² + 1) / r times as much. Scales are powers of two, so that numbers keep every bit.
func scaleRows(_ scaling: RowScaling) {
  let inverseDepth = 1 / Float(scaling.depths.depth)
  var row = 0
  // Four rows at a time: their sums do not wait for each other.
  while row + 4 <= scaling.rows {
    let start = scaling.panel.start + row * vectorBytes
    let result = scaling.result + row * 2
    let (squares, paired) = fourSums(start, scaling)
    if all((squares .>= SIMD4(repeating: 0x1p-100)) .& (squares .<= SIMD4(repeating: 0x1p100))) {
      let exponents = exponents(means: squares * SIMD4(repeating: inverseDepth))
      let (scales, inverses) = (powers(exponents), powers(SIMD4() &- exponents))
      let corrections = paired * scales * scales
      scaleFourRows(start, scaling, scales)
      for index in 0..<4 {
        result[2 * index] = corrections[index]
        result[2 * index + 1] = inverses[index]
      }
    } else {
      for index in 0..<4 { scaleToUnit(start + index * vectorBytes, scaling, result + 2 * index) }
    }
    row += 4
  }
  while row < scaling.rows {
    scaleToUnit(scaling.panel.start + row * vectorBytes, scaling, scaling.result + row * 2)
    row += 1
  }
}

/// The exponents of powers of two near the inverse root of each mean square.
@inline(__always)
private func exponents(means: SIMD4<Float>) -> SIMD4<Int32> {
  let biased = unsafeBitCast(means, to: SIMD4<Int32>.self) &>> SIMD4(repeating: 23)
  return (SIMD4(repeating: 127) &- biased) &>> SIMD4(repeating: 1)
}

/// 2 to the power of exponents within ±126.
@inline(__always)
private func powers(_ exponents: SIMD4<Int32>) -> SIMD4<Float> {
  unsafeBitCast((exponents &+ SIMD4(repeating: 127)) &<< SIMD4(repeating: 23), to: SIMD4<Float>.self)
}

@inline(__always)
private func scaleFourRows(_ start: UnsafeMutableRawPointer, _ scaling: RowScaling, _ scales: SIMD4<Float>) {
  let (scale0, scale1) = (Lanes(repeating: scales.x), Lanes(repeating: scales.y))
  let (scale2, scale3) = (Lanes(repeating: scales.z), Lanes(repeating: scales.w))
  var block = start
  for _ in 0..<scaling.depths.count {
    store(load(block) * scale0, block)
    store(load(block + vectorBytes) * scale1, block + vectorBytes)
    store(load(block + 2 * vectorBytes) * scale2, block + 2 * vectorBytes)
    store(load(block + 3 * vectorBytes) * scale3, block + 3 * vectorBytes)
    block += scaling.panel.blockStride
  }
}

@inline(__always)
private func scaleToUnit(
  _ start: UnsafeMutableRawPointer, _ scaling: RowScaling, _ result: UnsafeMutablePointer<Float>
) {
  let (square, paired) = rowSums(start, scaling)
  guard square >= 0x1p-100 && square <= 0x1p100 else { return scaleUnusualRow(start, scaling, result) }
  let exponent = (127 - Int((square / Float(scaling.depths.depth)).bitPattern >> 23)) >> 1
  let scale = power(exponent)
  scaleRow(start, scaling, scale)
  result[0] = paired * scale * scale
  result[1] = power(-exponent)
}

/// Balances a row whose squares overflow or vanish, or that has numbers which are none.
@inline(never)
private func scaleUnusualRow(
  _ start: UnsafeMutableRawPointer, _ scaling: RowScaling, _ result: UnsafeMutablePointer<Float>
) {
  var largest: Float = 0
  var isFinite = true
  forEachElement(start, scaling) { element in
    largest = max(largest, abs(element))
    if !element.isFinite { isFinite = false }
  }
  // Zeros give exact zeros; infinities and NaN give NaN, as the products of pairs cannot be told from each other then.
  (result[0], result[1]) = (isFinite ? 0 : .nan, largest == 0 ? 0 : 1)
  if largest == 0 || !isFinite { return }
  // The largest becomes about one, and then squares are neither too large nor, together, too small.
  let exponent = max(-126, min(127 - Int(largest.bitPattern >> 23), 126))
  scaleRow(start, scaling, power(exponent))
  scaleToUnit(start, scaling, result)
  result[1] *= power(-exponent)
}

/// Sums the squares of four rows, and the products of their pairs: four numbers each.
@inline(__always)
private func fourSums(
  _ start: UnsafeRawPointer, _ scaling: RowScaling
) -> (squares: SIMD4<Float>, paired: SIMD4<Float>) {
  var (squares0, squares1, squares2, squares3) = (Lanes(), Lanes(), Lanes(), Lanes())
  typealias Half = SIMD8<Float>
  var (pairs0, pairs1, pairs2, pairs3) = (Half(), Half(), Half(), Half())
  var block = start
  for index in 0..<scaling.depths.count {
    let depth = Int(scaling.depths.used[index])
    if depth == laneCount {
      add(block, &squares0, &pairs0)
      add(block + vectorBytes, &squares1, &pairs1)
      add(block + 2 * vectorBytes, &squares2, &pairs2)
      add(block + 3 * vectorBytes, &squares3, &pairs3)
    } else {
      add(block, first: Int32(depth), &squares0)
      add(block + vectorBytes, first: Int32(depth), &squares1)
      add(block + 2 * vectorBytes, first: Int32(depth), &squares2)
      add(block + 3 * vectorBytes, first: Int32(depth), &squares3)
    }
    block += scaling.panel.blockStride
  }
  return (
    sums(quarter(half(squares0)), quarter(half(squares1)), quarter(half(squares2)), quarter(half(squares3))),
    sums(quarterOfPairs(pairs0), quarterOfPairs(pairs1), quarterOfPairs(pairs2), quarterOfPairs(pairs3))
  )
}

/// The sum of each vector's lanes.
@inline(__always)
private func sums(_ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>, _ d: SIMD4<Float>) -> SIMD4<Float> {
  (SIMD4(a.x, b.x, c.x, d.x) + SIMD4(a.y, b.y, c.y, d.y)) + (SIMD4(a.z, b.z, c.z, d.z) + SIMD4(a.w, b.w, c.w, d.w))
}

/// Sums the squares of a row, and the products of its pairs.
@inline(__always)
private func rowSums(_ start: UnsafeRawPointer, _ scaling: RowScaling) -> (square: Float, paired: Float) {
  var squares = Lanes()
  var pairs = SIMD8<Float>()
  var block = start
  for index in 0..<scaling.depths.count {
    let depth = Int(scaling.depths.used[index])
    if depth == laneCount { add(block, &squares, &pairs) } else { add(block, first: Int32(depth), &squares) }
    block += scaling.panel.blockStride
  }
  let result = sums(quarter(half(squares)), quarterOfPairs(pairs), SIMD4(), SIMD4())
  return (result.x, result.y)
}

/// Adds the squares of a block and the products of its pairs.
@inline(__always)
private func add(_ elements: UnsafeRawPointer, _ squares: inout Lanes, _ pairs: inout SIMD8<Float>) {
  let first = load(elements)
  squares = sum(squares, first, times: first)
  let second = (elements + Pairs.distance * laneBytes).loadUnaligned(as: SIMD8<Float>.self)
  pairs += first.lowHalf * second
}

/// Adds the squares of the first elements of a block, which has no pairs.
@inline(__always)
private func add(_ elements: UnsafeRawPointer, first count: Int32, _ squares: inout Lanes) {
  let lanes = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  let used = load(elements).replacing(with: Lanes(), where: lanes .>= SIMD16(repeating: count))
  squares = sum(squares, used, times: used)
}

@inline(__always) private func half(_ lanes: Lanes) -> SIMD8<Float> { lanes.lowHalf + lanes.highHalf }
@inline(__always) private func quarter(_ lanes: SIMD8<Float>) -> SIMD4<Float> { lanes.lowHalf + lanes.highHalf }

/// Lanes from the sixth on were multiplied for nothing.
@inline(__always)
private func quarterOfPairs(_ lanes: SIMD8<Float>) -> SIMD4<Float> { lanes.lowHalf + SIMD4(lanes.highHalf.x, 0, 0, 0) }

/// Multiplies a row with a number; what lies between its parts may be anything.
@inline(__always)
private func scaleRow(_ start: UnsafeMutableRawPointer, _ scaling: RowScaling, _ scale: Float) {
  var block = start
  for _ in 0..<scaling.depths.count {
    store(load(block) * Lanes(repeating: scale), block)
    block += scaling.panel.blockStride
  }
}

@inline(__always)
private func forEachElement(
  _ start: UnsafeRawPointer, _ scaling: RowScaling, _ body: (Float) -> Void
) {
  var block = start
  for index in 0..<scaling.depths.count {
    for place in 0..<Int(scaling.depths.used[index]) {
      body(block.load(fromByteOffset: place * laneBytes, as: Float.self))
    }
    block += scaling.panel.blockStride
  }
}

/// 2 to the power of an exponent within ±126.
@inline(__always)
private func power(_ exponent: Int) -> Float { Float(bitPattern: UInt32(exponent + 127) << 23) }

/// A vector of floats as doubles, lane by lane: the standard library's conversion of a vector could become a function that all
/// builds share.
@inline(__always)
private func doubles(_ source: UnsafePointer<Float>) -> SIMD16<Double> {
  var result = SIMD16<Double>()
  for lane in 0..<laneCount { result[lane] = Double(source[lane]) }
  return result
}

/// Scales the weights of each column to a root mean square of about one, and sums the products of its pairs.
func scaleColumns(_ scaling: ColumnScaling) {
  var squares = SIMD16<Double>()
  for d in 0..<scaling.depths.depth {
    let weights = doubles(scaling.weights + d * laneCount)
    squares += weights * weights
  }
  var scale = Lanes()
  var inverse = Lanes()
  for lane in 0..<laneCount {
    let mean = squares[lane] / Double(scaling.depths.depth)
    let isUsable = mean > 0 && mean < .infinity
    // A power of two, so that weights keep every bit; half the exponent is that of the root.
    let exponent = isUsable ? min(max(-(Int((mean * 2).exponent) >> 1), -126), 126) : 0
    scale[lane] = power(exponent)
    inverse[lane] = mean == 0 ? 0 : power(-exponent)
  }
  for d in 0..<scaling.depths.depth {
    store(load(scaling.weights + d * laneCount) * scale, scaling.weights + d * laneCount)
  }

  var paired = SIMD16<Double>()
  var weight = UnsafePointer(scaling.weights)
  for index in 0..<scaling.depths.count {
    if scaling.depths.used[index] == laneCount {
      for pair in 0..<Pairs.count {
        paired += doubles(weight + pair * laneCount) * doubles(weight + (pair + Pairs.distance) * laneCount)
      }
    }
    weight += Int(scaling.depths.used[index]) * laneCount
  }
  for lane in 0..<laneCount { scaling.result[lane] = Float(paired[lane]) }
  store(inverse, scaling.result + laneCount)
}
