/// A height or width as an exact function of the input's: `numerator / denominator · side + offset`.
///
/// Writing the input's side as `stride · s`, with the stride a common multiple of all denominators, every extent is an
/// affine form `a·s + b` with whole `a` and `b`. Two extents that are equal as forms are equal for every legal input
/// size, and two that differ are different for all legal sizes but at most one.
///
/// **Invariant:** the fraction is in lowest terms and positive.
package struct Extent: Sendable, Hashable {
  package let numerator: Int
  package let denominator: Int
  package let offset: Int

  /// The input's own side.
  package static let input = Extent(1, 1, 0)

  /// Kernels, scales and offsets stay far below this, so that no arithmetic on legal extents can overflow.
  private static let limit = 1 << 30

  private init(_ numerator: Int, _ denominator: Int, _ offset: Int) {
    self.numerator = numerator
    self.denominator = denominator
    self.offset = offset
  }

  /// Reduces a fraction to lowest terms; `nil` if a term exceeds the supported range of sizes.
  package init?(numerator: Int, denominator: Int, offset: Int) {
    guard numerator > 0, denominator > 0, numerator < Self.limit, denominator < Self.limit,
      offset.magnitude < Self.limit
    else { return nil }
    let divisor = greatestCommonDivisor(numerator, denominator)
    self.init(numerator / divisor, denominator / divisor, offset)
  }

  /// The extent after a window of `kernel` slides over it in steps of `stride`:
  /// `floor((extent + 2·padding − dilation·(kernel − 1) − 1) / stride) + 1`.
  package func sliding(kernel: Int, stride: Int, padding: Int, dilation: Int = 1) -> Extent? {
    let reach = offset + 2 * padding - dilation * (kernel - 1) - 1
    return Extent(numerator: numerator, denominator: denominator * stride, offset: floorDivide(reach, stride) + 1)
  }

  package func scaled(by factor: Int) -> Extent? {
    Extent(numerator: numerator * factor, denominator: denominator, offset: offset * factor)
  }

  package func padded(by amount: Int) -> Extent? {
    Extent(numerator: numerator, denominator: denominator, offset: offset + amount)
  }

  /// The extent divided into `parts` equal pieces; `nil` if the division is not exact for every size.
  package func divided(into parts: Int) -> Extent? {
    guard offset % parts == 0 else { return nil }
    return Extent(numerator: numerator, denominator: denominator * parts, offset: offset / parts)
  }

  /// The extent for one side of the input in pixels; `nil` if the side is not a multiple of the denominator.
  package func pixels(forInputSide side: Int) -> Int? {
    guard side % denominator == 0 else { return nil }
    let (product, overflow) = (side / denominator).multipliedReportingOverflow(by: numerator)
    let (sum, sumOverflow) = product.addingReportingOverflow(offset)
    return overflow || sumOverflow ? nil : sum
  }

  /// How many input pixels stand behind one of this extent, as the official code measures it on a 256-pixel input.
  package var stride: Double {
    let measured = offset == 0 ? nil : pixels(forInputSide: 256)
    if let measured, measured > 0 { return 256 / Double(measured) }
    return Double(denominator) / Double(numerator)
  }

  /// The extent in a variable of the caller's, such as `H/8` or `3W/2-1`.
  package func description(in variable: String) -> String {
    var text = (numerator == 1 ? "" : "\(numerator)") + variable
    if denominator != 1 { text += "/\(denominator)" }
    if offset != 0 { text += offset > 0 ? "+\(offset)" : "\(offset)" }
    return text
  }
}

/// The greatest number that divides both; both are positive.
package func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

/// Division that rounds towards negative infinity, for a positive divisor.
package func floorDivide(_ a: Int, _ b: Int) -> Int {
  a >= 0 ? a / b : -((-a + b - 1) / b)
}
