/// The colours of object classes.
enum ClassColors {
  /// Returns the colour of a class; classes share a colour only when their indices differ by a multiple of twenty.
  static func color(for classIndex: Int) -> Color {
    let count = palette.count
    return palette[(classIndex % count + count) % count]
  }

  /// Hues a tenth of a turn apart, first bright and then dark, in an order that keeps adjacent classes apart.
  private static let palette: [Color] = [
    Color(red: 254, green: 114, blue: 108),
    Color(red: 12, green: 110, blue: 136),
    Color(red: 111, green: 189, blue: 14),
    Color(red: 160, green: 26, blue: 152),
    Color(red: 33, green: 175, blue: 254),
    Color(red: 130, green: 91, blue: 5),
    Color(red: 255, green: 96, blue: 185),
    Color(red: 6, green: 115, blue: 107),
    Color(red: 191, green: 164, blue: 3),
    Color(red: 113, green: 57, blue: 203),
    Color(red: 23, green: 186, blue: 200),
    Color(red: 164, green: 63, blue: 4),
    Color(red: 208, green: 119, blue: 254),
    Color(red: 1, green: 120, blue: 56),
    Color(red: 236, green: 136, blue: 16),
    Color(red: 0, green: 91, blue: 207),
    Color(red: 1, green: 193, blue: 149),
    Color(red: 182, green: 6, blue: 80),
    Color(red: 143, green: 154, blue: 253),
    Color(red: 98, green: 106, blue: 9),
  ]
}
