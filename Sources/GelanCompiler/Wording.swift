extension Int {
  /// The number with a word in its singular or plural.
  package func of(_ singular: String, _ plural: String) -> String { "\(self) \(self == 1 ? singular : plural)" }
}

extension [String] {
  /// How many there are, and their names, one a line.
  func list(title: String) -> String {
    "\(title) (\(count)):" + map { "\n    \($0)" }.joined()
  }
}

extension [Int] {
  /// The sizes of a shape: `64x3x3x3`.
  package var dimensions: String { isEmpty ? "a single number" : map(String.init).joined(separator: "x") }
}

/// A number with a fixed count of decimals.
package func decimal(_ number: Double, places: Int) -> String {
  guard number.isFinite, number.magnitude < 1e15 else { return "\(number)" }
  let factor = (0..<places).reduce(1) { product, _ in product * 10 }
  let scaled = Int((number * Double(factor)).rounded())
  let digits = String(scaled.magnitude)
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return (scaled < 0 ? "-" : "") + padded.dropLast(places) + (places > 0 ? "." + padded.suffix(places) : "")
}
