/// The one-dimensional transforms of filters of three taps, by B, G and A of Lavin and Gray (2016), equation 6: vectors
/// that lie a step of bytes apart are read, transformed and written.
protocol WinogradTransform {
  static var outputs: Int { get }
  /// The inputs from one output's to the next's.
  static var stride: Int { get }

  /// Bᵀ: inputs, in the type of a map, to points, in the type of a panel.
  static func input<Source: LaneSource, Storage: LaneStorage>(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _: Source.Type, _ target: UnsafeMutableRawPointer,
    _ targetStep: Int, _: Storage.Type)

  /// Aᵀ: products to outputs.
  static func output(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _ target: UnsafeMutableRawPointer, _ targetStep: Int)

  /// A row of G: what the weights of three neighbours are multiplied with for a point.
  static func weights(_ point: Int) -> (Double, Double, Double)
}

extension WinogradTransform {
  @inline(__always) static var stride: Int { 1 }
  /// The inputs, points and products.
  @inline(__always) static var inputs: Int { (outputs - 1) * stride + 3 }
}

/// F(4, 3) at 0, ±√½ and ±√2, whose reciprocals and powers stay closer to 1 than those of the usual 0, ±1, ±2: half the
/// rounding error.
enum FourTransform: WinogradTransform {
  @inline(__always) static var outputs: Int { 4 }
  private static let a: Float = 0.707_106_78
  private static let b: Float = 1.414_213_56

  @inline(__always)
  static func input<Source: LaneSource, Storage: LaneStorage>(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _: Source.Type, _ target: UnsafeMutableRawPointer,
    _ targetStep: Int, _: Storage.Type
  ) {
    let d0 = Source.get(source)
    let d1 = Source.get(source + sourceStep)
    let d2 = Source.get(source + 2 * sourceStep)
    let d3 = Source.get(source + 3 * sourceStep)
    let d4 = Source.get(source + 4 * sourceStep)
    let d5 = Source.get(source + 5 * sourceStep)
    let evenA = sum(d4, d2, times: -2)
    let oddA = sum(d3, d1, times: -2) * Lanes(repeating: a)
    let evenB = sum(d4, d2, times: -0.5)
    let oddB = sum(d3, d1, times: -0.5) * Lanes(repeating: b)
    Storage.put(sum(d0, d2, times: -2.5) + d4, target)
    Storage.put(evenA + oddA, target + targetStep)
    Storage.put(evenA - oddA, target + 2 * targetStep)
    Storage.put(evenB + oddB, target + 3 * targetStep)
    Storage.put(evenB - oddB, target + 4 * targetStep)
    Storage.put(sum(d1, d3, times: -2.5) + d5, target + 5 * targetStep)
  }

  @inline(__always)
  static func output(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _ target: UnsafeMutableRawPointer, _ targetStep: Int
  ) {
    let m0 = load(source)
    let m1 = load(source + sourceStep)
    let m2 = load(source + 2 * sourceStep)
    let m3 = load(source + 3 * sourceStep)
    let m4 = load(source + 4 * sourceStep)
    let m5 = load(source + 5 * sourceStep)
    let (evenA, oddA) = (m1 + m2, m1 - m2)
    let (evenB, oddB) = (m3 + m4, m3 - m4)
    store(m0 + evenA + evenB, target)
    store(sum(oddA * Lanes(repeating: a), oddB, times: b), target + targetStep)
    store(sum(evenA * Lanes(repeating: 0.5), evenB, times: 2), target + 2 * targetStep)
    store(sum(sum(m5, oddA, times: 0.353_553_39), oddB, times: 2.828_427_12), target + 3 * targetStep)
  }

  static func weights(_ point: Int) -> (Double, Double, Double) {
    let root = 0.5.squareRoot()
    switch point {
    case 0: return (1, 0, 0)
    case 1: return (-2.0 / 3, -2 * root / 3, -1.0 / 3)
    case 2: return (-2.0 / 3, 2 * root / 3, -1.0 / 3)
    case 3: return (1.0 / 6, root / 3, 1.0 / 3)
    case 4: return (1.0 / 6, -root / 3, 1.0 / 3)
    default: return (0, 0, 1)
    }
  }
}

/// F(6, 3) at 0, ±1, ±2 and ±½.
enum SixTransform: WinogradTransform {
  @inline(__always) static var outputs: Int { 6 }

  @inline(__always)
  static func input<Source: LaneSource, Storage: LaneStorage>(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _: Source.Type, _ target: UnsafeMutableRawPointer,
    _ targetStep: Int, _: Storage.Type
  ) {
    let d0 = Source.get(source)
    let d1 = Source.get(source + sourceStep)
    let d2 = Source.get(source + 2 * sourceStep)
    let d3 = Source.get(source + 3 * sourceStep)
    let d4 = Source.get(source + 4 * sourceStep)
    let d5 = Source.get(source + 5 * sourceStep)
    let d6 = Source.get(source + 6 * sourceStep)
    let d7 = Source.get(source + 7 * sourceStep)
    let even1 = sum(d2 + d6, d4, times: -4.25)
    let odd1 = sum(d1 + d5, d3, times: -4.25)
    let even2 = sum(sum(d6, d2, times: 0.25), d4, times: -1.25)
    let odd2 = sum(sum(d1 * Lanes(repeating: 0.5), d3, times: -2.5), d5, times: 2)
    let evenHalf = sum(d6, sum(d2, d4, times: -1.25), times: 4)
    let oddHalf = sum(sum(d1 * Lanes(repeating: 2), d3, times: -2.5), d5, times: 0.5)
    Storage.put(sum(d6 - d0, d2 - d4, times: 5.25), target)
    Storage.put(even1 + odd1, target + targetStep)
    Storage.put(even1 - odd1, target + 2 * targetStep)
    Storage.put(even2 + odd2, target + 3 * targetStep)
    Storage.put(even2 - odd2, target + 4 * targetStep)
    Storage.put(evenHalf + oddHalf, target + 5 * targetStep)
    Storage.put(evenHalf - oddHalf, target + 6 * targetStep)
    Storage.put(sum(d7 - d1, d3 - d5, times: 5.25), target + 7 * targetStep)
  }

  @inline(__always)
  static func output(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _ target: UnsafeMutableRawPointer, _ targetStep: Int
  ) {
    let m0 = load(source)
    let m1 = load(source + sourceStep)
    let m2 = load(source + 2 * sourceStep)
    let m3 = load(source + 3 * sourceStep)
    let m4 = load(source + 4 * sourceStep)
    let m5 = load(source + 5 * sourceStep)
    let m6 = load(source + 6 * sourceStep)
    let m7 = load(source + 7 * sourceStep)
    let (even1, odd1) = (m1 + m2, m1 - m2)
    let (even2, odd2) = (m3 + m4, m3 - m4)
    let (evenHalf, oddHalf) = (m5 + m6, m5 - m6)
    store((m0 + even1) + (even2 + evenHalf), target)
    store(sum(sum(odd1, odd2, times: 2), oddHalf, times: 0.5), target + targetStep)
    store(sum(sum(even1, even2, times: 4), evenHalf, times: 0.25), target + 2 * targetStep)
    store(sum(sum(odd1, odd2, times: 8), oddHalf, times: 0.125), target + 3 * targetStep)
    store(sum(sum(even1, even2, times: 16), evenHalf, times: 0.0625), target + 4 * targetStep)
    store(sum(sum(odd1 + m7, odd2, times: 32), oddHalf, times: 0.03125), target + 5 * targetStep)
  }

  static func weights(_ point: Int) -> (Double, Double, Double) {
    switch point {
    case 0: return (-1, 0, 0)
    case 1: return (-2.0 / 9, -2.0 / 9, -2.0 / 9)
    case 2: return (-2.0 / 9, 2.0 / 9, -2.0 / 9)
    case 3: return (1.0 / 90, 2.0 / 90, 4.0 / 90)
    case 4: return (1.0 / 90, -2.0 / 90, 4.0 / 90)
    case 5: return (32.0 / 45, 16.0 / 45, 8.0 / 45)
    case 6: return (32.0 / 45, -16.0 / 45, 8.0 / 45)
    default: return (0, 0, 1)
    }
  }
}

/// Two outputs with stride 2: F(2, 2) at ±1 and ∞ for the even inputs, then the odd ones as they are.
enum StridedTwoTransform: WinogradTransform {
  @inline(__always) static var outputs: Int { 2 }
  @inline(__always) static var stride: Int { 2 }

  @inline(__always)
  static func input<Source: LaneSource, Storage: LaneStorage>(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _: Source.Type, _ target: UnsafeMutableRawPointer,
    _ targetStep: Int, _: Storage.Type
  ) {
    let d0 = Source.get(source)
    let d2 = Source.get(source + 2 * sourceStep)
    let d4 = Source.get(source + 4 * sourceStep)
    Storage.put(d2 + d0, target)
    Storage.put(d2 - d0, target + targetStep)
    Storage.put(d4 - d0, target + 2 * targetStep)
    Storage.put(Source.get(source + sourceStep), target + 3 * targetStep)
    Storage.put(Source.get(source + 3 * sourceStep), target + 4 * targetStep)
  }

  @inline(__always)
  static func output(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _ target: UnsafeMutableRawPointer, _ targetStep: Int
  ) {
    let m0 = load(source)
    let m1 = load(source + sourceStep)
    let m2 = load(source + 2 * sourceStep)
    store((m0 + m1) + load(source + 3 * sourceStep), target)
    store((m0 - m1) + (m2 + load(source + 4 * sourceStep)), target + targetStep)
  }

  static func weights(_ point: Int) -> (Double, Double, Double) {
    switch point {
    case 0: return (0.5, 0, 0.5)
    case 1: return (-0.5, 0, 0.5)
    case 2: return (0, 0, 1)
    default: return (0, 1, 0)
    }
  }
}

/// Four outputs with stride 2: F(4, 2) at ±½, ±5/4 and ∞ for the even inputs, then the odd ones as they are.
///
/// Of the points whose squares and cubes have few digits these round the least; the result is as exact as a direct sum.
enum StridedFourTransform: WinogradTransform {
  @inline(__always) static var outputs: Int { 4 }
  @inline(__always) static var stride: Int { 2 }

  @inline(__always)
  static func input<Source: LaneSource, Storage: LaneStorage>(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _: Source.Type, _ target: UnsafeMutableRawPointer,
    _ targetStep: Int, _: Storage.Type
  ) {
    let d0 = Source.get(source)
    let d2 = Source.get(source + 2 * sourceStep)
    let d4 = Source.get(source + 4 * sourceStep)
    let d6 = Source.get(source + 6 * sourceStep)
    let d8 = Source.get(source + 8 * sourceStep)
    let evenA = sum(d6, d2, times: -1.5625)
    let oddA = sum(d4, d0, times: -1.5625) * Lanes(repeating: 0.5)
    let evenB = sum(d6, d2, times: -0.25)
    let oddB = sum(d4, d0, times: -0.25) * Lanes(repeating: 1.25)
    Storage.put(evenA + oddA, target)
    Storage.put(evenA - oddA, target + targetStep)
    Storage.put(evenB + oddB, target + 2 * targetStep)
    Storage.put(evenB - oddB, target + 3 * targetStep)
    Storage.put(sum(sum(d8, d4, times: -1.8125), d0, times: 0.390625), target + 4 * targetStep)
    Storage.put(Source.get(source + sourceStep), target + 5 * targetStep)
    Storage.put(Source.get(source + 3 * sourceStep), target + 6 * targetStep)
    Storage.put(Source.get(source + 5 * sourceStep), target + 7 * targetStep)
    Storage.put(Source.get(source + 7 * sourceStep), target + 8 * targetStep)
  }

  @inline(__always)
  static func output(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _ target: UnsafeMutableRawPointer, _ targetStep: Int
  ) {
    let m0 = load(source)
    let m1 = load(source + sourceStep)
    let m2 = load(source + 2 * sourceStep)
    let m3 = load(source + 3 * sourceStep)
    let m4 = load(source + 4 * sourceStep)
    let (evenA, oddA) = (m0 + m1, m0 - m1)
    let (evenB, oddB) = (m2 + m3, m2 - m3)
    store(evenA + evenB + load(source + 5 * sourceStep), target)
    store(
      sum(sum(load(source + 6 * sourceStep), oddA, times: 0.5), oddB, times: 1.25), target + targetStep)
    store(
      sum(sum(load(source + 7 * sourceStep), evenA, times: 0.25), evenB, times: 1.5625), target + 2 * targetStep)
    store(
      sum(sum(m4 + load(source + 8 * sourceStep), oddA, times: 0.125), oddB, times: 1.953125),
      target + 3 * targetStep)
  }

  static func weights(_ point: Int) -> (Double, Double, Double) {
    switch point {
    case 0: return (-1 / 1.3125, 0, -0.5 / 1.3125)
    case 1: return (1 / 1.3125, 0, -0.5 / 1.3125)
    case 2: return (1 / 3.28125, 0, 1.25 / 3.28125)
    case 3: return (-1 / 3.28125, 0, 1.25 / 3.28125)
    case 4: return (0, 0, 1)
    default: return (0, 1, 0)
    }
  }
}
