import Testing

@testable import Elements

@Suite struct WideningTests {
  /// Every half-precision number, against the definition of the format.
  @Test func widensAllHalves() throws {
    let halves = Array(UInt16.min...UInt16.max)
    let values = try #require(halves.withUnsafeBytes { widened($0, from: .fp16) })
    for (bits, value) in zip(halves, values) {
      let exponent = Int(bits >> 10 & 0x1F)
      let fraction = Float(bits & 0x3FF)
      let isNegative = bits >> 15 == 1
      if exponent == 31, fraction > 0 {
        #expect(value.isNaN)
        continue
      }
      let magnitude: Float =
        switch exponent {
        case 31: .infinity
        case 0: fraction * 0x1p-24
        default: (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
      let expected = isNegative ? -magnitude : magnitude
      if value.bitPattern != expected.bitPattern { Issue.record("\(bits): \(value) instead of \(expected)") }
    }
  }

  @Test(
    arguments: [
      (0x3F80, 1), (0xBF80, -1), (0x0000, 0), (0x8000, -0.0), (0x7F80, .infinity), (0xFF80, -.infinity),
      (0x0001, 0x1p-133), (0x7F7F, 0x1.FEp127), (0x4049, 3.140625),
    ] as [(UInt16, Float)])
  func widensBrainFloats(bits: UInt16, expected: Float) {
    let bytes = withUnsafeBytes(of: bits.littleEndian, Array.init)
    #expect(bytes.withUnsafeBytes { widened($0, from: .bf16) }?.map(\.bitPattern) == [expected.bitPattern])
  }

  @Test func widensBrainNaN() {
    let bytes: [UInt8] = [0xC1, 0x7F]
    #expect(bytes.withUnsafeBytes { widened($0, from: .bf16) }?.first?.isNaN == true)
  }

  @Test func refusesOtherTypes() {
    let floating: Set<ElementType> = [.fp64, .fp32, .fp16, .bf16]
    let bytes = [UInt8](repeating: 0, count: 16)
    for type in ElementType.allCases {
      let values = bytes.withUnsafeBytes { widened($0, from: type) }
      #expect(values?.count == (floating.contains(type) ? 16 / type.byteCount : nil))
    }
  }
}
