extension String {
  /// The text with control characters written out, so that a name from a file cannot drive a terminal.
  var withoutControlCharacters: String {
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      // Most of a text is plain letters; looking up the others takes longer than all else here.
      if scalar.isASCII, scalar >= " ", scalar != "\u{7F}" {
        text.append(scalar)
        continue
      }
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n", .format: text.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}
