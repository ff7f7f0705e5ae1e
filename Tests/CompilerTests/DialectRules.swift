/// The rules of the official dialect, each in a tiny model.
enum DialectRules {
  static func text(_ settings: String, _ rows: [String]) -> String {
    let multiples = ["depth_multiple", "width_multiple"].filter { !settings.contains($0) }.map { "\($0): 1.0\n" }
    return settings + "\n" + multiples.joined() + "backbone:\n  - \(rows[0])\nhead:\n"
      + (rows.count == 1 ? "  []\n" : rows.dropFirst().map { "  - \($0)\n" }.joined())
  }

  static let all = sources + multiples + modules + blocks + rearrangements

  private static let stem = "[-1, 1, Conv, [8, 3, 2]]"  // 3·8·9 + 16 = 232 parameters, 8 x H/2 x W/2

  private static let sources: [DialectTests.Rule] = [
    .init(name: "-1 in row 0 is the image", rows: ["[-1, 1, Conv, [8, 1, 1]]"], results: ["8 x H x W"], parameters: 40),
    .init(
      name: "a negative source counts back from its own row",
      rows: [stem, "[-1, 1, Conv, [16, 3, 2]]", "[-2, 1, Conv, [24]]"],
      results: ["24 x H/2 x W/2"], parameters: 232 + 1184 + 240, weights: ["model.2.conv.weight 24x8x1x1"]),
    .init(
      name: "any other source is a row's index", rows: [stem, "[-1, 1, Conv, [16, 3, 2]]", "[0, 1, Conv, [24]]"],
      results: ["24 x H/2 x W/2"], parameters: 232 + 1184 + 240, weights: ["model.2.conv.weight 24x8x1x1"]),
    .init(
      name: "a list mixes both", rows: [stem, "[-1, 1, Conv, [16]]", "[[-1, 0, -2], 1, Concat, [1]]"],
      results: ["32 x H/2 x W/2"], parameters: 232 + 160),
    .init(
      name: "Silence makes the image a row", rows: ["[-1, 1, Silence, []]", stem, "[0, 1, Conv, [16, 1, 1]]"],
      results: ["16 x H x W"], parameters: 232 + 80),
    .init(
      name: "ch is the number of input channels", settings: "nc: 80\nch: 4", rows: [stem], results: ["8 x H/2 x W/2"],
      parameters: 304, weights: ["model.0.conv.weight 8x4x3x3"]),
  ]

  private static let multiples: [DialectTests.Rule] = [
    .init(
      name: "depth rounds 2.5 to even", settings: "nc: 80\ndepth_multiple: 0.5", rows: [stem, "[-1, 5, Conv, [8, 1]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 2 * 80,
      weights: ["model.1.0.conv.weight 8x8x1x1", "model.1.1.bn.weight 8"]),
    .init(
      name: "depth rounds 1.5 to even", settings: "nc: 80\ndepth_multiple: 0.5", rows: [stem, "[-1, 3, Conv, [8, 1]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 2 * 80),
    .init(
      name: "depth rounds 3.5 to even", settings: "nc: 80\ndepth_multiple: 0.5", rows: [stem, "[-1, 7, Conv, [8, 1]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 4 * 80),
    .init(
      name: "depth leaves at least one", settings: "nc: 80\ndepth_multiple: 0.1",
      rows: [stem, "[-1, 4, Conv, [8, 1]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 80, weights: ["model.1.conv.weight 8x8x1x1"]),
    .init(
      name: "depth does not multiply one", settings: "nc: 80\ndepth_multiple: 3",
      rows: [stem, "[-1, 1, Conv, [8, 1]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 80),
    .init(
      name: "number 0 builds one", rows: [stem, "[-1, 0, Conv, [8, 1]]"], results: ["8 x H/2 x W/2"],
      parameters: 232 + 80),
    .init(
      name: "width rounds up to a multiple of 8", settings: "nc: 80\nwidth_multiple: 0.25",
      rows: ["[-1, 1, Conv, [100]]"],
      results: ["32 x H x W"], parameters: 3 * 32 + 64),
    .init(
      name: "width rounds even when the multiple is 1", rows: ["[-1, 1, Conv, [20]]"], results: ["24 x H x W"],
      parameters: 3 * 24 + 48),
    .init(
      name: "width equal to anchors * (nc + 5) is exempt", settings: "nc: 27\nanchors: 3\nwidth_multiple: 0.5",
      rows: ["[-1, 1, Conv, [96]]"], results: ["96 x H x W"], parameters: 3 * 96 + 192),
    .init(
      name: "one class more ends the exemption", settings: "nc: 28\nanchors: 3\nwidth_multiple: 0.5",
      rows: ["[-1, 1, Conv, [96]]"], results: ["48 x H x W"], parameters: 3 * 48 + 96),
    .init(
      name: "anchors as lists count pairs of the first",
      settings: "nc: 80\nanchors: [[10, 13, 16, 30], [1, 2]]\nwidth_multiple: 0.5",
      rows: ["[-1, 1, Conv, [170]]"], results: ["170 x H x W"], parameters: 3 * 170 + 340),
    .init(
      name: "without anchors nothing is exempt", settings: "nc: 27\nwidth_multiple: 0.5", rows: ["[-1, 1, Conv, [96]]"],
      results: ["48 x H x W"], parameters: 3 * 48 + 96),
    .init(
      name: "only the first width of a block is scaled", settings: "nc: 80\nwidth_multiple: 0.5",
      rows: ["[-1, 1, Conv, [16, 3, 2]]", "[-1, 1, ELAN1, [32, 32, 16]]"], results: ["16 x H/2 x W/2"],
      // cv1 8→32, cv2 16→16 3×3, cv3 16→16 3×3, cv4 64→16
      parameters: 232 + 320 + 2336 + 2336 + 1056, weights: ["model.1.cv1.conv.weight 32x8x1x1"]),
    .init(
      name: "CBLinear's widths are not scaled", settings: "nc: 80\nwidth_multiple: 0.5",
      rows: ["[-1, 1, Conv, [16, 3, 2]]", "[-1, 1, CBLinear, [[8, 16]]]"],
      results: ["8 x H/2 x W/2", "16 x H/2 x W/2"],
      parameters: 232 + 24 * 8 + 24, weights: ["model.1.conv.weight 24x8x1x1", "model.1.conv.bias 24"]),
  ]

  private static let modules: [DialectTests.Rule] = [
    .init(
      name: "nn.Upsample with None and 'nearest'", rows: [stem, "[-1, 1, nn.Upsample, [None, 2, 'nearest']]"],
      results: ["8 x H x W"], parameters: 232),
    .init(
      name: "nn.Conv2d takes its input channels and has a bias", rows: [stem, "[-1, 1, nn.Conv2d, [8, 16, 3, 2, 1]]"],
      results: ["16 x H/4 x W/4"], parameters: 232 + 16 * 8 * 9 + 16,
      weights: ["model.1.weight 16x8x3x3", "model.1.bias 16"]),
    .init(
      name: "nn.Conv2d pads nothing by itself", rows: [stem, "[-1, 1, nn.Conv2d, [8, 4, 3]]"],
      results: ["4 x H/2-2 x W/2-2"], parameters: 232 + 4 * 8 * 9 + 4),
    .init(
      name: "nn.MaxPool2d steps by its kernel", rows: [stem, "[-1, 1, nn.MaxPool2d, [2]]"], results: ["8 x H/4 x W/4"],
      parameters: 232),
    .init(
      name: "nn.MaxPool2d with stride and padding", rows: [stem, "[-1, 1, nn.MaxPool2d, [3, 1, 1]]"],
      results: ["8 x H/2 x W/2"], parameters: 232),
    .init(
      name: "nn.ZeroPad2d with one width", rows: [stem, "[-1, 1, nn.ZeroPad2d, [1]]"], results: ["8 x H/2+2 x W/2+2"],
      parameters: 232),
    .init(
      name: "nn.ZeroPad2d with left, right, top, bottom", rows: [stem, "[-1, 1, nn.ZeroPad2d, [[0, 1, 2, 4]]]"],
      results: ["8 x H/2+6 x W/2+1"], parameters: 232),
    .init(
      name: "nn.Identity ignores its arguments", rows: [stem, "[-1, 1, nn.Identity, [7, 8]]"],
      results: ["8 x H/2 x W/2"],
      parameters: 232),
    .init(
      name: "nn.BatchNorm2d takes the real channels", rows: [stem, "[-1, 1, nn.BatchNorm2d, [99]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 16, weights: ["model.1.weight 8", "model.1.running_var 8"]),
  ]

  private static let blocks: [DialectTests.Rule] = [
    .init(
      name: "BottleneckCSP takes the number", settings: "nc: 80\ndepth_multiple: 0.34",
      rows: [stem, "[-1, 9, BottleneckCSP, [16]]"], results: ["16 x H/2 x W/2"],
      // cv1 8→8; three times 8→8 and 8→8 3×3; cv2 and cv3 bare; bn of 16; cv4 16→16
      parameters: 232 + 80 + 3 * (80 + 592) + 64 + 64 + 32 + 288,
      weights: [
        "model.1.m.2.cv2.conv.weight 8x8x3x3", "model.1.cv2.weight 8x8x1x1", "model.1.cv3.weight 8x8x1x1",
        "model.1.bn.bias 16",
      ]),
    .init(
      name: "SPPCSPC takes the number and does nothing with it", rows: [stem, "[-1, 2, SPPCSPC, [16]]"],
      results: ["16 x H/2 x W/2"],
      parameters: 232 + 160 + 160 + 2336 + 288 + 1056 + 2336 + 544,
      weights: ["model.1.cv5.conv.weight 16x64x1x1", "model.1.cv7.conv.weight 16x32x1x1"]),
    .init(
      name: "RepNCSP's arguments begin with the input channels", settings: "nc: 80\nwidth_multiple: 0.5",
      rows: ["[-1, 1, Conv, [16, 3, 2]]", "[-1, 1, RepNCSP, [8, 16, 1]]"], results: ["16 x H/2 x W/2"],
      // cv1, cv2 8→8; m: RepConvN 8→8 and 3×3; cv3 16→16
      parameters: 232 + 80 + 80 + (592 + 80 + 592) + 288,
      weights: ["model.1.m.0.cv1.conv1.conv.weight 8x8x3x3", "model.1.m.0.cv1.conv2.conv.weight 8x8x1x1"]),
    .init(
      name: "CSP's arguments begin with the input channels", rows: [stem, "[-1, 1, CSP, [8, 16, 2]]"],
      results: ["16 x H/2 x W/2"], parameters: 232 + 80 + 80 + 2 * (80 + 592) + 288,
      weights: ["model.1.m.1.cv2.conv.weight 8x8x3x3"]),
    .init(
      name: "Res's arguments begin with the input channels", rows: [stem, "[-1, 1, Res, [8, 8]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 40 + 152 + 48, weights: ["model.1.cv2.conv.weight 4x4x3x3"]),
    .init(
      name: "RepConvN's arguments begin with the input channels", rows: [stem, "[-1, 1, RepConvN, [8, 16, 3, 2]]"],
      results: ["16 x H/4 x W/4"], parameters: 232 + 1184 + 160,
      weights: [
        "model.1.conv1.conv.weight 16x8x3x3", "model.1.conv2.conv.weight 16x8x1x1", "model.1.conv2.bn.running_mean 16",
      ]),
    .init(
      name: "ImplicitA holds one number a channel", rows: [stem, "[-1, 1, ImplicitA, [8]]"], results: ["8 x H/2 x W/2"],
      parameters: 240, weights: ["model.1.implicit 1x8x1x1"]),
    .init(
      name: "ImplicitM holds one number a channel", rows: [stem, "[-1, 1, ImplicitM, [8]]"], results: ["8 x H/2 x W/2"],
      parameters: 240, weights: ["model.1.implicit 1x8x1x1"]),
    .init(
      name: "DWConv has the common divisor of groups", rows: [stem, "[-1, 1, DWConv, [24, 3, 1]]"],
      results: ["24 x H/2 x W/2"], parameters: 232 + 24 * 9 + 48, weights: ["model.1.conv.weight 24x1x3x3"]),
    .init(
      name: "SPP's hidden width is half of its input", rows: [stem, "[-1, 1, SPP, [16, [5, 9]]]"],
      results: ["16 x H/2 x W/2"], parameters: 232 + 40 + 12 * 16 + 32, weights: ["model.1.cv2.conv.weight 16x12x1x1"]),
    .init(
      name: "AConv averages 2 by 2 first, with no border", rows: [stem, "[-1, 1, AConv, [16]]"],
      results: ["16 x H/4 x W/4"], parameters: 232 + 1184, weights: ["model.1.cv1.conv.weight 16x8x3x3"]),
    .init(
      name: "ADown halves the channels for each way down", rows: [stem, "[-1, 1, ADown, [16]]"],
      results: ["16 x H/4 x W/4"], parameters: 232 + (4 * 8 * 9 + 16) + (4 * 8 + 16),
      weights: ["model.1.cv1.conv.weight 8x4x3x3", "model.1.cv2.conv.weight 8x4x1x1"]),
    .init(
      name: "an odd hidden width is cut as torch.chunk does", rows: [stem, "[-1, 1, ELAN1, [16, 15, 8]]"],
      results: ["16 x H/2 x W/2"], parameters: 232 + (120 + 30) + (7 * 8 * 9 + 16) + 592 + (31 * 16 + 32),
      weights: ["model.1.cv2.conv.weight 8x7x3x3", "model.1.cv4.conv.weight 16x31x1x1"]),
  ]

  private static let rearrangements: [DialectTests.Rule] = [
    .init(name: "ReOrg", rows: ["[-1, 1, ReOrg, []]"], results: ["12 x H/2 x W/2"], parameters: 0),
    .init(name: "Contract", rows: ["[-1, 1, Contract, [4]]"], results: ["48 x H/4 x W/4"], parameters: 0),
    .init(name: "Expand", rows: [stem, "[-1, 1, Expand, [2]]"], results: ["2 x H x W"], parameters: 232),
    .init(name: "MP", rows: ["[-1, 1, MP, []]"], results: ["3 x H/2 x W/2"], parameters: 0),
    .init(name: "SP", rows: ["[-1, 1, SP, [5]]"], results: ["3 x H x W"], parameters: 0),
    .init(
      name: "Shortcut adds the first two", rows: [stem, "[-1, 1, Conv, [8]]", "[[-1, 0], 1, Shortcut, [0]]"],
      results: ["8 x H/2 x W/2"], parameters: 232 + 80),
    .init(
      name: "CBFuse has the size of its last source",
      rows: [stem, "[-1, 1, CBLinear, [[8, 16]]]", "[0, 1, Conv, [16, 3, 2]]", "[[1, -1], 1, CBFuse, [[1]]]"],
      results: ["16 x H/4 x W/4"], parameters: 232 + 216 + 1184),
  ]
}
