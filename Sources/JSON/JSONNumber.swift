extension JSONParser {
  /// Reads a number: an optional minus sign, digits without leading zero, optional fraction, optional exponent.
  mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = skip("-")
    let integerStart = position
    // The sum runs below zero, where the range is one larger: the least 64-bit number is read exactly.
    var negatedSum = 0
    var fitsInteger = true
    while let digit = currentDigit {
      let (product, productOverflows) = negatedSum.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflows) = product.subtractingReportingOverflow(digit)
      if productOverflows || sumOverflows { fitsInteger = false }
      negatedSum = sum
      position += 1
    }
    guard position > integerStart else { throw failure("expected a digit, found \(seen)") }
    if bytes[integerStart] == UInt8(ascii: "0"), position > integerStart + 1 {
      throw JSONError(offset: integerStart, message: "a number may not start with 0")
    }

    let hasFraction = try skipFraction()
    let hasExponent = try skipExponent()
    if fitsInteger, !hasFraction, !hasExponent {
      // The integer 0 has no sign, so minus zero must stay a floating-point number.
      if isNegative { return negatedSum == 0 ? .number(-0.0) : .integer(negatedSum) }
      if negatedSum != .min { return .integer(-negatedSum) }
    }
    let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw JSONError(offset: start, message: "a number is out of range")
    }
    return .number(value)
  }

  private var currentDigit: Int? {
    guard let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    return Int(byte - UInt8(ascii: "0"))
  }

  private mutating func skipFraction() throws(JSONError) -> Bool {
    guard skip(".") else { return false }
    try skipDigits()
    return true
  }

  private mutating func skipExponent() throws(JSONError) -> Bool {
    guard skip("e") || skip("E") else { return false }
    if !skip("+") { _ = skip("-") }
    try skipDigits()
    return true
  }

  private mutating func skipDigits() throws(JSONError) {
    guard currentDigit != nil else { throw failure("expected a digit, found \(seen)") }
    while currentDigit != nil { position += 1 }
  }
}
