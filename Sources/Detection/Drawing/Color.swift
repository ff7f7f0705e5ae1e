/// An opaque 8-bit RGB colour.
struct Color: Sendable, Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  static let black = Color(red: 0, green: 0, blue: 0)
  static let white = Color(red: 255, green: 255, blue: 255)

  /// The relative luminance from 0 to 1, by the sRGB primaries and an approximate gamma of 2.
  var luminance: Double {
    func linear(_ sample: UInt8) -> Double {
      Double(sample) * Double(sample) / (255 * 255)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Black or white, whichever has the higher contrast with the colour.
  var textColor: Color {
    // The contrast ratio (lighter + 0.05) / (darker + 0.05) is equal for both at a luminance of about 0.18.
    luminance > 0.18 ? .black : .white
  }
}
