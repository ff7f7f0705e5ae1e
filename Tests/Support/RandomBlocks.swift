/// A call of a block with one input map and one output map.
package struct BlockCall: Sendable {
  package let block: String
  package let arguments: String
  /// The channels of the result.
  package let channels: Int
  /// The difference in levels between result and input: 1 for half the size, -1 for twice.
  package let levels: Int
  /// Whether the block can be repeated, because it accepts any width.
  package let canRepeat: Bool

  init(_ block: String, _ arguments: String, channels: Int, levels: Int = 0, canRepeat: Bool = false) {
    self.block = block
    self.arguments = arguments
    self.channels = channels
    self.levels = levels
    self.canRepeat = canRepeat
  }
}

/// A call of each standard block that reads one map of `channels`, with random arguments.
package func standardCalls(_ channels: Int, _ generator: inout SeededGenerator) -> [BlockCall] {
  let width = generator.pick(RandomModelWriter.widths)
  let activation = generator.pick(RandomModelWriter.activations)
  let hidden = generator.integer(in: 2...13)
  let (odd, flag) = (generator.pick([1, 3, 5]), generator.chance(0.5))
  let common = (1...6).filter { channels % $0 == 0 && width % $0 == 0 }
  let groups = generator.pick(common)
  let number = generator.integer(in: 1...2)
  var calls = [
    BlockCall("Conv", "[\(width), \(odd)]", channels: width, canRepeat: true),
    BlockCall("DWConv", "{c2: \(width), k: \(odd), act: \(activation)}", channels: width, canRepeat: true),
    BlockCall("DWConv", "[\(channels), 3, 2]", channels: channels, levels: 1),
    BlockCall("RepConvN", "[\(width), 3, 1, 1, \(groups)]", channels: width, canRepeat: width % groups == 0),
    BlockCall("RepConvN", "{c2: \(width), s: 2, act: \(activation)}", channels: width, levels: 1),
    BlockCall("AConv", "[\(width)]", channels: width, levels: 1),
    BlockCall("ADown", "[\(width)]", channels: width / 2 * 2, levels: 1),
    BlockCall("SP", "[\(odd), 1]", channels: channels, canRepeat: true),
    BlockCall("SP", "[3, 2]", channels: channels, levels: 1),
    BlockCall("MP", "[2]", channels: channels, levels: 1),
    BlockCall("SPP", "[\(width), [3, 5]]", channels: width),
    BlockCall("SPPF", "[\(width), \(odd)]", channels: width),
    BlockCall("SPPELAN", "[\(width), \(hidden)]", channels: width, canRepeat: true),
    BlockCall("SPPCSPC", "{c2: \(width), k: [3, 5, 7], e: 0.3}", channels: width, canRepeat: true),
    BlockCall("SPPCSPConv", "{c2: \(width), k: [3, 5, 7], e: 0.3}", channels: width, canRepeat: true),
    BlockCall("Bottleneck", "[\(channels), \(flag), 1, [\(odd), 3], 0.5]", channels: channels, canRepeat: true),
    BlockCall("RepNBottleneck", "[\(channels), \(flag)]", channels: channels, canRepeat: true),
    BlockCall("Res", "[\(channels), \(flag)]", channels: channels, canRepeat: true),
    BlockCall("RepNRes", "[\(channels), \(flag)]", channels: channels, canRepeat: true),
    BlockCall("BottleneckCSP", "[\(width), \(number), \(flag)]", channels: width),
    BlockCall("CSP", "[\(width), \(number), \(flag)]", channels: width),
    BlockCall("RepNCSP", "[\(width), \(number), \(flag)]", channels: width, canRepeat: true),
    BlockCall("ELAN1", "[\(width), \(hidden), \(hidden)]", channels: width, canRepeat: true),
    BlockCall("RepNCSPELAN4", "[\(width), \(hidden), \(2 * hidden), \(number)]", channels: width, canRepeat: true),
    BlockCall("Upsample", "[2]", channels: channels, levels: -1),
    BlockCall("Silence", "[]", channels: channels, canRepeat: true),
    BlockCall("ReOrg", "[]", channels: 4 * channels, levels: 1),
    BlockCall("Contract", "[2]", channels: 4 * channels, levels: 1),
    BlockCall("ImplicitA", "[]", channels: channels, canRepeat: true),
    BlockCall("ImplicitM", "[]", channels: channels, canRepeat: true),
    BlockCall("nn.Upsample", "[none, 2, nearest]", channels: channels, levels: -1),
    BlockCall("nn.Conv2d", "[\(width), 3, 1, 1]", channels: width),
    BlockCall("nn.MaxPool2d", "[3, 2, 1]", channels: channels, levels: 1),
    BlockCall("nn.Identity", "[]", channels: channels),
    BlockCall("nn.BatchNorm2d", "[]", channels: channels, canRepeat: true),
    BlockCall("HeadBranch", "[\(4 * hidden), \(2 * width), 2]", channels: 2 * width),
  ]
  if channels % 4 == 0, channels > 4 { calls.append(BlockCall("Expand", "[2]", channels: channels / 4, levels: -1)) }
  return calls
}

/// Blocks of a model's own: structures that fuse, and similar ones that must not.
package struct CustomBlock: Sendable {
  package let name: String
  /// The difference in levels between result and input.
  package let levels: Int
  private let body: [String]

  private init(_ name: String, levels: Int = 0, _ body: [String]) {
    self.name = name
    self.levels = levels
    self.body = body
  }

  package var definition: String {
    "  \(name):\n    parameters: {c: required}\n    body:\n" + body.map { "      \($0)" }.joined(separator: "\n")
  }

  package static func named(_ name: String) -> CustomBlock {
    guard let block = all.first(where: { $0.name == name }) else { preconditionFailure("There is no block \(name).") }
    return block
  }

  package static let all = [
    CustomBlock(
      "padded",
      [
        "pad: [x, 1, nn.ZeroPad2d, [[1, 0, 2, 1]]]", "out: [pad, 1, nn.Conv2d, [c, 2, 1, 0]]",
        "cut: [out, 1, max_pool, [3, 1, 0]]", "more: [cut, 1, zero_pad, [[0, 2, 0, 0]]]",
      ]),
    CustomBlock(
      "rep_identity",
      [
        "stem: [x, 1, Conv, [c, 1]]", "bn: [stem, 1, batch_norm, [0.01]]",
        "wide: [stem, 1, Conv, {c2: c, k: 3, act: false}]", "narrow: [stem, 1, Conv, {c2: c, k: 1, act: false}]",
        "sum: [[wide, narrow, bn], 1, add, []]", "act: [sum, 1, activation, [ReLU]]",
      ]),
    CustomBlock(
      "rep_input",
      [
        "stem: [x, 1, Conv, [c, 1]]", "wide: [stem, 1, Conv, {c2: c, k: 5, g: c, act: false}]",
        "bare: [stem, 1, conv2d, {out: c, k: 3, g: c}]", "sum: [[stem, bare, wide], 1, add, []]",
      ]),
    CustomBlock(
      "rep_shared",
      [
        "wide: [x, 1, Conv, {c2: c, k: 3, act: false}]", "narrow: [x, 1, Conv, {c2: c, k: 1, act: false}]",
        "sum: [[wide, narrow], 1, add, []]", "out: [[sum, narrow], 1, add, []]",
      ]),
    CustomBlock(
      "rep_activated",
      [
        "wide: [x, 1, Conv, {c2: c, k: 3, act: ReLU}]", "narrow: [x, 1, Conv, {c2: c, k: 1, act: false}]",
        "sum: [[wide, narrow], 1, add, []]",
      ]),
    CustomBlock(
      "rep_strided", levels: 1,
      [
        "wide: [x, 1, Conv, {c2: c, k: 3, s: 2, act: false}]",
        "narrow: [x, 1, Conv, {c2: c, k: 1, s: 2, p: 0, act: false}]",
        "sum: [[wide, narrow], 1, add, []]",
      ]),
    CustomBlock(
      "rep_other_strides", levels: 1,
      [
        "wide: [x, 1, Conv, {c2: c, k: 3, s: 2, act: false}]", "narrow: [x, 1, Conv, {c2: c, k: 1, act: false}]",
        "pool: [narrow, 1, max_pool, [2, 2]]", "sum: [[wide, pool], 1, add, []]",
      ]),
    CustomBlock(
      "rep_shifted",
      [
        "wide: [x, 1, Conv, {c2: c, k: 3, p: 0, act: false}]", "narrow: [x, 1, Conv, {c2: c, k: 1, p: 0, act: false}]",
        "cut: [narrow, 1, avg_pool, [3, 1, 0]]", "sum: [[wide, cut], 1, add, []]", "pad: [sum, 1, zero_pad, [1]]",
      ]),
    CustomBlock(
      "rep_dilated",
      [
        "wide: [x, 1, Conv, {c2: c, k: 3, d: 2, act: false}]", "narrow: [x, 1, Conv, {c2: c, k: 1, act: false}]",
        "sum: [[wide, narrow], 1, add, []]",
      ]),
    // Equal sizes and strides and a suitable border, but the centres of the kernels differ.
    CustomBlock(
      "rep_eccentric", levels: 2,
      [
        "wide: [x, 1, Conv, {c2: c, k: 3, s: 4, p: 1, d: 2, act: false}]",
        "narrow: [x, 1, Conv, {c2: c, k: 1, s: 4, p: 0, act: false}]", "sum: [[wide, narrow], 1, add, []]",
      ]),
    CustomBlock(
      "rep_sources",
      [
        "other: [x, 1, activation, [Tanh]]", "wide: [x, 1, Conv, {c2: c, k: 3, act: false}]",
        "narrow: [other, 1, Conv, {c2: c, k: 1, act: false}]", "sum: [[wide, narrow], 1, add, []]",
      ]),
    // The upward path of a pyramid: a pointwise convolution of a concat with an upsampled input.
    CustomBlock(
      "pyramid",
      [
        "small: [x, 1, max_pool, [2, 2]]", "large: [small, 1, upsample, [2]]", "other: [x, 1, Conv, [c, 3]]",
        "both: [[other, large, x], 1, concat, []]", "out: [both, 1, Conv, [c, 1]]",
      ]),
    CustomBlock(
      "tower",
      [
        "bn: [x, 1, batch_norm, []]", "steps.*: [bn, 2, Conv, {c2: c, k: 3, act: GELU}]",
        "half: [steps, 1, split, [2]]", "swap: [[half.1, half.0, x], 1, concat, []]",
        "twice: [swap, 1, batch_norm, []]",
        "out: [twice, 1, conv2d, {out: c, k: 1}]", "norm1: [out, 1, batch_norm, []]",
        "norm2: [norm1, 1, batch_norm, []]",
      ]),
  ]
}
