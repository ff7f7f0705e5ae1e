/// A small model of random rows, written in the native dialect, so that a test covers the whole path from the text.
///
/// Every model is legal by construction: the writer tracks the channels and the level of each row, and a row of level n
/// is 2ⁿ times smaller than the image. The compiler is not asked whether a row is legal.
package struct RandomModel {
  package let text: String

  package init(seed: UInt64) {
    var writer = RandomModelWriter(seed: seed)
    text = writer.write(seed: seed)
  }
}

/// A row that returns one map.
struct WrittenMap {
  var name: String
  var channels: Int
  var level: Int
}

/// A row that returns several maps.
struct WrittenTuple {
  var name: String
  var widths: [Int]
  var level: Int
}

struct RandomModelWriter {
  var generator: SeededGenerator
  var maps: [WrittenMap] = []
  var tuples: [WrittenTuple] = []
  private(set) var rows: [String] = []

  static let deepestLevel = 3
  static let activations = [
    "SiLU", "ReLU", "ReLU6", "LeakyReLU(0.1)", "ELU", "GELU", "Mish", "Hardswish", "Hardsigmoid", "Sigmoid",
    "Tanh", "Identity",
  ]
  /// Widths around the lengths of vectors, and odd ones.
  static let widths = [3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 20, 24]

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func write(seed: UInt64) -> String {
    add("images", 1, "Silence", "[]", channels: 3, level: 0)
    addConv(maps[0], stride: 2)
    for _ in 0..<generator.integer(in: 6...12) { addRow() }
    let classes = generator.integer(in: 1...5)
    let hasHead = generator.chance(0.6)
    if hasHead { addHead() }
    var lines = ["name: random-\(seed)", "classes: \(classes)", "activation: \(generator.pick(Self.activations))"]
    let used = CustomBlock.all.filter { custom in rows.contains { $0.contains(", \(custom.name), ") } }
    if !used.isEmpty { lines += ["blocks:"] + used.map(\.definition) }
    lines += ["backbone:"] + rows.dropLast(hasHead ? 1 : 0) + (hasHead ? ["heads:", rows[rows.count - 1]] : [])
    return lines.joined(separator: "\n") + "\n"
  }

  @discardableResult
  private mutating func write(_ from: String, _ number: Int, _ block: String, _ arguments: String) -> String {
    let name = "r\(rows.count)"
    rows.append("  \(name): [\(from), \(number), \(block), \(arguments)]")
    return name
  }

  /// Writes a row that returns a map.
  mutating func add(_ from: String, _ number: Int, _ block: String, _ arguments: String, channels: Int, level: Int) {
    let name = write(from, number, block, arguments)
    maps.append(WrittenMap(name: name, channels: channels, level: level))
  }

  /// Writes a row that returns several maps.
  mutating func add(_ from: String, _ block: String, _ arguments: String, widths: [Int], level: Int) {
    let name = write(from, 1, block, arguments)
    tuples.append(WrittenTuple(name: name, widths: widths, level: level))
  }

  /// A reference to the map; the last row is often written as -1.
  private mutating func reference(to map: WrittenMap) -> String {
    map.name == "r\(rows.count - 1)" && generator.chance(0.5) ? "-1" : map.name
  }

  /// A row with some block that fits the rows so far.
  private mutating func addRow() {
    // Mostly a chain, sometimes a branch.
    let source = generator.chance(0.7) ? maps[maps.count - 1] : generator.pick(maps)
    if generator.chance(0.35) {
      addWiring(source)
    } else {
      addBlock(source)
    }
  }

  private mutating func addConv(_ source: WrittenMap, stride: Int) {
    let width = generator.pick(Self.widths)
    let kernel = generator.pick(stride == 2 ? [1, 2, 3, 5] : [1, 3, 5, 7])
    let groups = generator.pick((1...8).filter { source.channels % $0 == 0 && width % $0 == 0 })
    let dilation = stride == 1 ? generator.pick([1, 1, 2]) : 1
    // The default padding of an even kernel adds a row and a column, after which the map belongs to no level of a
    // model.
    let padding = kernel % 2 == 0 ? "0" : "none"
    let activation = generator.pick(["true", "false"] + Self.activations)
    add(
      reference(to: source), 1, "Conv",
      "{c2: \(width), k: \(kernel), s: \(stride), p: \(padding), g: \(groups), d: \(dilation), act: \(activation)}",
      channels: width, level: source.level + stride / 2)
  }

  /// A row that computes.
  private mutating func addBlock(_ source: WrittenMap) {
    let call: BlockCall
    if generator.chance(0.25) {
      let custom = generator.pick(CustomBlock.all.filter { source.level + $0.levels <= Self.deepestLevel })
      // With the width of the source, branches around the block's convolutions fit.
      let width = generator.chance(0.5) ? source.channels : generator.pick(Self.widths)
      call = BlockCall(custom.name, "[\(width)]", channels: width, levels: custom.levels)
    } else if generator.chance(0.15) {
      return addConv(source, stride: source.level < Self.deepestLevel && generator.chance(0.4) ? 2 : 1)
    } else {
      let calls = standardCalls(source.channels, &generator)
      call = generator.pick(
        calls.filter { (0...Self.deepestLevel).contains(source.level + $0.levels) && $0.channels <= 64 })
    }
    let number = call.canRepeat && generator.chance(0.3) ? generator.integer(in: 2...3) : 1
    add(
      reference(to: source), number, call.block, call.arguments, channels: call.channels,
      level: source.level + call.levels)
  }

  /// A row that concatenates others, or one that splits.
  private mutating func addWiring(_ source: WrittenMap) {
    let equals = maps.filter { $0.level == source.level }
    let twins = equals.filter { $0.channels == source.channels }
    let fused = tuples.filter { $0.widths.contains(source.channels) }
    switch generator.integer(in: 0...4) {
    case 4:
      let border = write(source.name, 1, "nn.ZeroPad2d", "[1]")
      add(border, 1, "nn.MaxPool2d", "[3, 1]", channels: source.channels, level: source.level)
    case 0:
      let others = (0..<generator.integer(in: 1...3)).map { _ in generator.pick(equals) }
      let channels = others.reduce(source.channels) { $0 + $1.channels }
      guard channels <= 64 else { return addBlock(source) }
      let sources = ([source] + others).map(\.name).joined(separator: ", ")
      add("[\(sources)]", 1, "Concat", "[]", channels: channels, level: source.level)
    case 1:
      let twin = generator.pick(twins).name
      add("[\(source.name), \(twin)]", 1, "Shortcut", "[]", channels: source.channels, level: source.level)
    case 2 where !fused.isEmpty:
      let chosen = (0..<generator.integer(in: 1...2)).map { _ in generator.pick(fused) }
      let indices = chosen.compactMap { $0.widths.firstIndex(of: source.channels).map(String.init) }.joined(
        separator: ", ")
      let sources = (chosen.map(\.name) + [source.name]).joined(separator: ", ")
      add("[\(sources)]", 1, "CBFuse", "[[\(indices)]]", channels: source.channels, level: source.level)
    default:
      // Widths of other rows, so that they can be fused into them.
      let widths = (0..<generator.integer(in: 1...3)).map { _ in generator.pick(maps).channels }
      let written = widths.map(String.init).joined(separator: ", ")
      add(source.name, "CBLinear", "[[\(written)]]", widths: widths, level: source.level)
    }
  }

  /// A detection head over some of the rows.
  private mutating func addHead() {
    let suitable = maps.filter { $0.level > 0 }
    let levels = generator.integer(in: 1...3)
    let (block, groups) = generator.pick([
      ("Detect", 1), ("UltralyticsDetect", 1), ("DDetect", 1), ("DualDetect", 2), ("DualDDetect", 2),
      ("TripleDetect", 3), ("TripleDDetect", 3), ("pieces", 1),
    ])
    let sources = (0..<levels * groups).map { _ in generator.pick(suitable).name }.joined(separator: ", ")
    if block == "pieces" {
      let boxes = write("[\(sources)]", 1, "BoxBranches", "[\(generator.pick([1, 2, 4]))]")
      let classes = write("[\(sources)]", 1, "ClassBranches", "[classes]")
      write("[\(boxes), \(classes)]", 1, "DecodeLevels", "[classes]")
    } else {
      write("[\(sources)]", 1, block, "[classes]")
    }
  }
}
