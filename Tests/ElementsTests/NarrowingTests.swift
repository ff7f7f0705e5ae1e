import Testing

@testable import Elements

@Suite struct NarrowingTests {
  /// All finite numbers of a narrow type, in order, by the definition of their bits.
  private func values(of type: ElementType) -> [(value: Float, bits: UInt16)] {
    let infinity: UInt16 = type == .fp16 ? 0x7C00 : 0x7F80
    return (0..<infinity).map { bits in
      let value: Float
      switch type {
      case .bf16: value = Float(bitPattern: UInt32(bits) << 16)
      default:
        let (exponent, fraction) = (Int(bits >> 10), Float(bits & 0x3FF))
        value =
          exponent == 0
          ? fraction * 0x1p-24 : (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
      }
      return (value, bits)
    }
  }

  /// Between two neighbours, the nearer one is taken, and at the middle the one whose last bit is zero.
  @Test(arguments: [ElementType.fp16, .bf16])
  func roundsToTheNearest(type: ElementType) throws {
    let all = values(of: type)
    for (lower, upper) in zip(all, all.dropFirst()) {
      // The difference of neighbours is exact, and so is its half but for the very smallest of bfloat16.
      let middle = lower.value + (upper.value - lower.value) / 2
      let numbers = [lower.value, middle.nextDown, middle, middle.nextUp, upper.value]
      let even = lower.bits % 2 == 0 ? lower.bits : upper.bits
      let expected = [lower.bits, lower.bits, even, upper.bits, upper.bits]
      guard let bits = narrowed(numbers, to: type), let negative = narrowed(numbers.map { -$0 }, to: type) else {
        Issue.record("\(numbers) does not fit")
        continue
      }
      if bits != expected { Issue.record("\(numbers): \(bits) instead of \(expected)") }
      if negative != expected.map({ $0 | 0x8000 }) { Issue.record("-\(numbers): \(negative)") }
    }
  }

  @Test(
    arguments: [
      (.fp16, 65_504, true), (.fp16, 65_519.996, true), (.fp16, 65_520, false), (.fp16, -1e6, false),
      (.bf16, 0x1.FEp127, true), (.bf16, .greatestFiniteMagnitude, false), (.bf16, 1e38, true),
    ] as [(ElementType, Float, Bool)])
  func refusesNumbersThatAreTooLarge(type: ElementType, number: Float, fits: Bool) {
    #expect((narrowed([0, number], to: type) != nil) == fits)
  }

  @Test func infinitiesAndNaNStayWhatTheyAre() throws {
    for type in [ElementType.fp16, .bf16] {
      let bits = try #require(narrowed([.infinity, -.infinity, .nan, -0.0], to: type))
      let values = try #require(bits.withUnsafeBytes { widened($0, from: type) })
      #expect(values[0] == .infinity && values[1] == -.infinity && values[2].isNaN && values[3].sign == .minus)
    }
  }
}
