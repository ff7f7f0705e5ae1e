extension TensorType {
  /// The type in the input's height H and width W: `64 x H/8 x W/8`, or `84 x (H/8*W/8 + H/16*W/16)` for predictions.
  package var description: String {
    switch layout {
    case .map(let height, let width):
      "\(channels) x \(height.description(in: "H")) x \(width.description(in: "W"))"
    case .anchors(let levels):
      "\(channels) x ("
        + levels.map { "\($0.height.description(in: "H"))*\($0.width.description(in: "W"))" }
        .joined(separator: " + ") + ")"
    }
  }

  /// Reads what `description` prints.
  init?(text: Substring) {
    let parts = text.split(separator: " x ", maxSplits: 1).map { $0 }
    guard parts.count == 2, let channels = Int(parts[0]), (1...Self.maximumChannels).contains(channels) else {
      return nil
    }
    if parts[1].hasPrefix("("), parts[1].hasSuffix(")") {
      var levels: [Level] = []
      for level in parts[1].dropFirst().dropLast().split(separator: " + ") {
        let sides = level.split(separator: "*")
        guard sides.count == 2, let height = Extent(text: sides[0], variable: "H"),
          let width = Extent(text: sides[1], variable: "W")
        else { return nil }
        levels.append(Level(height: height, width: width))
      }
      guard (1...Self.maximumLevels).contains(levels.count) else { return nil }
      self.init(channels: channels, anchors: levels)
    } else {
      let sides = parts[1].split(separator: " x ")
      guard sides.count == 2, let height = Extent(text: sides[0], variable: "H"),
        let width = Extent(text: sides[1], variable: "W")
      else { return nil }
      self.init(channels: channels, height: height, width: width)
    }
  }
}

extension Extent {
  /// Reads what `description(in:)` prints.
  init?(text: Substring, variable: Character) {
    guard let position = text.firstIndex(of: variable) else { return nil }
    let before = text[..<position]
    var after = text[text.index(after: position)...]
    var denominator = 1
    if after.hasPrefix("/") {
      let digits = after.dropFirst().prefix { $0.isNumber }
      guard let number = Int(digits) else { return nil }
      denominator = number
      after = after.dropFirst(digits.count + 1)
    }
    guard let numerator = before.isEmpty ? 1 : Int(before), let offset = after.isEmpty ? 0 : Int(after) else {
      return nil
    }
    self.init(numerator: numerator, denominator: denominator, offset: offset)
  }
}
