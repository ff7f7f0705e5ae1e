/// Quotes a name from a file for a message: control characters are escaped, so that a hostile name cannot drive a
/// terminal, and a long name is cut.
package func quoted(_ name: String) -> String {
  let limit = 200
  var text = "'"
  for (index, scalar) in name.unicodeScalars.enumerated() {
    if index == limit {
      text += "…"
      break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: text += scalar.escaped(asASCII: true)
    default: text.unicodeScalars.append(scalar)
    }
  }
  return text + "'"
}
