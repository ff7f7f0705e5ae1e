import ModelIR
import Testing

/// Extents compared with counted window positions, for every side that is a multiple of the denominator.
@Suite struct ExtentTests {
  struct Window: Sendable {
    var kernel: Int
    var stride: Int
    var padding: Int
    var dilation: Int
  }

  static let windows: [Window] = [1, 2, 3, 5, 7].flatMap { kernel in
    [1, 2, 3, 4].flatMap { stride in
      [0, 1, 2].flatMap { padding in
        [1, 2].map { Window(kernel: kernel, stride: stride, padding: padding, dilation: $0) }
      }
    }
  }

  /// The number of windows that fit, counted one by one.
  private func positions(_ side: Int, _ window: Window) -> Int {
    let reach = window.dilation * (window.kernel - 1) + 1
    return stride(from: 0, through: side + 2 * window.padding - reach, by: window.stride).reduce(0) { count, _ in
      count + 1
    }
  }

  private func slide(_ extent: Extent, _ window: Window) -> Extent? {
    extent.sliding(kernel: window.kernel, stride: window.stride, padding: window.padding, dilation: window.dilation)
  }

  @Test func slidingWindowsHaveTheirNumberOfPositions() throws {
    for first in Self.windows {
      let once = try #require(slide(.input, first))
      for second in Self.windows where second.padding == 1 {
        let twice = try #require(slide(once, second))
        for factor in 4...6 {
          // Large enough that no window is wider than its input.
          let side = twice.denominator * factor * 20
          let between = positions(side, first)
          #expect(once.pixels(forInputSide: side) == between)
          #expect(twice.pixels(forInputSide: side) == positions(between, second))
        }
      }
    }
  }

  @Test(arguments: [
    (Extent.input, "H", 96), (Extent.input.sliding(kernel: 3, stride: 2, padding: 1), "H/2", 48),
    (Extent.input.scaled(by: 3), "3H", 288), (Extent.input.padded(by: 5), "H+5", 101),
    (Extent.input.sliding(kernel: 3, stride: 1, padding: 0), "H-2", 94),
    (Extent.input.padded(by: 4)?.scaled(by: 2), "2H+8", 200), (Extent.input.scaled(by: 2)?.divided(into: 4), "H/2", 48),
    (Extent.input.padded(by: 6)?.divided(into: 3), "H/3+2", 34),
    (Extent(numerator: 6, denominator: 8, offset: -1), "3H/4-1", 71),
  ])
  func formsArePrintedInLowestTerms(_ extent: Extent?, _ text: String, _ at96: Int) throws {
    let extent = try #require(extent)
    #expect(extent.description(in: "H") == text)
    #expect(extent.pixels(forInputSide: 96) == at96)
  }

  @Test func whatCannotBeMeantIsRefused() {
    #expect(Extent.input.padded(by: 3)?.divided(into: 2) == nil)
    #expect(Extent.input.sliding(kernel: 1, stride: 32, padding: 0)?.pixels(forInputSide: 656) == nil)
    #expect(Extent(numerator: 1, denominator: 0, offset: 0) == nil)
    #expect(Extent(numerator: 0, denominator: 1, offset: 0) == nil)
    #expect(Extent(numerator: 1, denominator: 1, offset: 1 << 30) == nil)
    var extent: Extent? = .input
    for _ in 0..<10 { extent = extent?.scaled(by: 4096) }
    #expect(extent == nil)
  }

  @Test func strideIsInputPixelsPerCell() throws {
    #expect(try #require(Extent.input.sliding(kernel: 1, stride: 32, padding: 0)).stride == 32)
    #expect(try #require(Extent.input.scaled(by: 2)).stride == 0.5)
    // With a border it equals the measurement of the official code: 256 pixels become 129.
    #expect(try #require(Extent(numerator: 1, denominator: 2, offset: 1)).stride == 256.0 / 129)
  }

  @Test(arguments: [(7, 2, 3), (-7, 2, -4), (-8, 2, -4), (0, 5, 0), (-1, 3, -1)])
  func divisionRoundsDown(_ dividend: Int, _ divisor: Int, _ quotient: Int) {
    #expect(floorDivide(dividend, divisor) == quotient)
  }

  @Test func numbersTooLargeToBeMeantSaturate() {
    #expect(leastCommonMultiple(4, 6) == 12)
    #expect(leastCommonMultiple(Int.max, Int.max - 1) == Int.max)
    #expect(saturatingProduct(Int.max, 2) == Int.max)
    #expect(saturatingSum([Int.max, 1]) == Int.max)
  }
}
