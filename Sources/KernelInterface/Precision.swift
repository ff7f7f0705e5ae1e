/// What the factors of a convolution's products are rounded to. Sums and everything else are in single precision.
package enum Precision: String, CaseIterable, Sendable, Hashable {
  /// Single precision: nothing is rounded.
  case fp32
  /// Eight significant bits in the range of single precision, multiplied two at a time.
  case bf16

  /// How many factors the four bytes of a panel's or of packed weights' place hold: neighbours of a row's depth.
  package var numbersInWord: Int { self == .bf16 ? 2 : 1 }
}
