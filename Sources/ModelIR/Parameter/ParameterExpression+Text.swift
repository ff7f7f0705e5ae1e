extension ParameterExpression {
  /// The expression as text: a name, or a function of expressions such as `scaled(model.0.conv.weight, model.0.bn, 0.001)`.
  package var description: String {
    switch self {
    case .stored(let name): name
    case .scaled(let weight, let norm): "scaled(\(weight.description), \(norm.scope), \(norm.epsilon))"
    case .shifted(let bias, let norm): "shifted(\(bias?.description ?? "none"), \(norm.scope), \(norm.epsilon))"
    case .scale(let norm): "scale(\(norm.scope), \(norm.epsilon))"
    case .padded(let inner, let from, let to): "padded(\(inner.description), \(from), \(to))"
    case .identityKernel: "identity_kernel()"
    case .joined(let parts):
      "joined(\(parts.map { "\($0.expression.description), \($0.channels)" }.joined(separator: ", ")))"
    case .inputs(let inner, let ranges, let all):
      "inputs(\(inner.description), \(all)\(ranges.map { ", \($0.lowerBound), \($0.upperBound)" }.joined()))"
    case .sum(let terms): "sum(\(terms.map(\.description).joined(separator: ", ")))"
    }
  }

  /// Reads what `description` prints.
  package init?(text: String) {
    var reader = RecipeReader(rest: Substring(text), depth: 0)
    guard let expression = reader.readExpression(), reader.rest.isEmpty else { return nil }
    self = expression
  }
}

private struct RecipeReader {
  var rest: Substring
  var depth: Int

  mutating func readExpression() -> ParameterExpression? {
    guard depth < 300 else { return nil }
    depth += 1
    defer { depth -= 1 }
    guard let word = readWord() else { return nil }
    guard take("(") else { return word == "none" ? nil : .stored(word) }
    let expression: ParameterExpression?
    switch word {
    case "scaled":
      expression = readExpression().flatMap { weight in readNormalization(after: ",").map { .scaled(weight, $0) } }
    case "shifted":
      if rest.hasPrefix("none,") {
        rest = rest.dropFirst(4)
        expression = readNormalization(after: ",").map { .shifted(nil, $0) }
      } else {
        expression = readExpression().flatMap { bias in readNormalization(after: ",").map { .shifted(bias, $0) } }
      }
    case "scale":
      expression = readNormalization(after: "").map { .scale($0) }
    case "padded":
      guard let inner = readExpression(), take(","), let from = readInteger(), take(","), let to = readInteger(),
        from > 0, to >= from, to < 1 << 16
      else { return nil }
      expression = .padded(inner, from: from, to: to)
    case "identity_kernel":
      expression = .identityKernel
    case "sum":
      var terms: [ParameterExpression] = []
      repeat {
        guard let term = readExpression() else { return nil }
        terms.append(term)
      } while take(",")
      expression = .sum(terms)
    case "joined":
      var parts: [ParameterExpression.Part] = []
      repeat {
        guard let part = readExpression(), take(","), let channels = readInteger(), channels > 0 else { return nil }
        parts.append(ParameterExpression.Part(part, channels: channels))
      } while take(",")
      expression = .joined(parts)
    case "inputs":
      guard let inner = readExpression(), take(","), let all = readInteger(), take(",") else { return nil }
      var ranges: [Range<Int>] = []
      repeat {
        guard let from = readInteger(), take(","), let to = readInteger(), from < to, to <= all else { return nil }
        ranges.append(from..<to)
      } while take(",")
      expression = .inputs(inner, ranges, of: all)
    default:
      return nil
    }
    return take(")") ? expression : nil
  }

  private mutating func readNormalization(after separator: String) -> Normalization? {
    guard separator.isEmpty || take(separator), let scope = readWord(), take(","),
      let epsilon = readWord().flatMap({ Double($0) }), epsilon.isFinite, epsilon >= 0
    else { return nil }
    return Normalization(scope: scope, epsilon: epsilon)
  }

  /// A number of channels.
  private mutating func readInteger() -> Int? {
    readWord().flatMap { Int($0) }.flatMap { (0...TensorType.maximumChannels).contains($0) ? $0 : nil }
  }

  private mutating func readWord() -> String? {
    let word = rest.prefix { !"(), ".contains($0) }
    rest = rest.dropFirst(word.count)
    return word.isEmpty ? nil : String(word)
  }

  private mutating func take(_ token: String) -> Bool {
    guard rest.hasPrefix(token) else { return false }
    rest = rest.dropFirst(token.count).drop { $0 == " " }
    return true
  }
}
