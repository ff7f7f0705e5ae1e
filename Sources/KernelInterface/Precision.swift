/// What the factors of a convolution's products are rounded to, or what a map holds; sums are in single precision.
package enum Precision: String, CaseIterable, Sendable, Hashable {
  /// Single precision: nothing is rounded before it is multiplied.
  case fp32
  /// Eight significant bits in the range of single precision, multiplied two at a time; numbers below the smallest normal
  /// one count as zeros. A SiLU that follows is computed to 2⁻¹² of it.
  case bf16

  /// How many numbers the four bytes of a place hold: neighbours of a row's depth in a panel or in packed weights,
  /// neighbouring channels in a map.
  package var numbersInWord: Int { self == .bf16 ? 2 : 1 }
}
