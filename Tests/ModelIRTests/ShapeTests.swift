import ModelIR
import Testing

/// The result type of each operator for types of its inputs, and the types that it rejects. Operators and types are
/// written as they are printed.
@Suite struct ShapeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var op: String
    var inputs: [String]
    /// The type of the result, or why there is none.
    var result: String
    var testDescription: String { "\(op) of \(inputs)" }

    init(_ op: String, _ inputs: [String], _ result: String) {
      (self.op, self.inputs, self.result) = (op, inputs, result)
    }

    /// An attribute that is out of its range.
    static func range(
      _ op: String, _ name: String, _ value: Int, _ allowed: ClosedRange<Int>, of inputs: [String] = [map]
    ) -> Case {
      Case(op, inputs, "\(TypeError.attribute(name: name, value: value, allowed: allowed))")
    }

    static func count(_ op: String, _ expected: ClosedRange<Int>, of inputs: [String]) -> Case {
      Case(op, inputs, "\(TypeError.inputCount(expected: expected, found: inputs.count))")
    }
  }

  private static let map = "16 x H/2 x W/2"
  private static let odd = "16 x H/2+1 x W/2"
  private static let boxes = "5 x (H*W)"

  static let windows: [Case] = [
    Case("conv2d {out=8 k=3 s=2 p=1}", [map], "8 x H/4 x W/4"), Case("conv2d {out=8 k=3}", [map], "8 x H/2-2 x W/2-2"),
    Case("conv2d {out=8 k=3 p=2 d=2}", [map], "8 x H/2 x W/2"), Case("conv2d {out=32 g=16}", [map], "32 x H/2 x W/2"),
    Case("conv2d {out=8 g=3}", [map], "channelsNotDivisible(channels: 16, by: 3, attribute: \"g\")"),
    Case("conv2d {out=9 g=2}", [map], "channelsNotDivisible(channels: 9, by: 2, attribute: \"g\")"),
    .range("conv2d {out=0}", "out", 0, 1...1_048_576), .range("conv2d {k=0}", "k", 0, 1...4096),
    .range("conv2d {s=-1}", "s", -1, 1...4096), .range("conv2d {p=-1}", "p", -1, 0...4096),
    .range("conv2d {d=0}", "d", 0, 1...4096), .range("conv2d {g=0}", "g", 0, 1...1_048_576),
    .count("conv2d {}", 1...4097, of: []),
    Case("conv2d {}", [boxes], "notAMap(input: 0)"),
    Case("conv2d {out=1048576 k=16}", [map], "tooLarge"), Case("conv2d {s=4096}", ["8 x H/1000001 x W"], "tooLarge"),
    Case("max_pool {k=2 s=2}", [map], "16 x H/4 x W/4"), Case("max_pool {k=5 p=2}", [map], map),
    .range("max_pool {k=3 p=2}", "p", 2, 0...1), Case("max_pool {k=2}", [boxes], "notAMap(input: 0)"),
    Case("avg_pool {k=2}", [map], "16 x H/2-1 x W/2-1"), .range("avg_pool {k=0}", "k", 0, 1...4096),
    Case("zero_pad {left=1 right=2 top=3 bottom=4}", [map], "16 x H/2+7 x W/2+3"),
    .range("zero_pad {left=-1}", "left", -1, 0...4096), .range("zero_pad {bottom=5000}", "bottom", 5000, 0...4096),
  ]

  /// Convolutions of several joined inputs, and with another map added.
  static let joinsAndAddends: [Case] = [
    Case("conv2d {out=8}", [map, "8 x H/2 x W/2"], "8 x H/2 x W/2"),
    Case("conv2d {out=8 k=3 s=2 p=1}", [map, map, "1 x H/2 x W/2"], "8 x H/4 x W/4"),
    Case("conv2d {out=8}", [map, odd], "extents of input 1"),
    Case("conv2d {out=8}", [map, map, "16 x H/2 x W/4"], "extents of input 2"),
    Case("conv2d {out=8}", [map, boxes], "notAMap(input: 1)"),
    .range("conv2d {out=8 g=2}", "g", 2, 1...1, of: [map, map]),
    .range("conv2d {out=8}", "in", 1_048_577, 1...1_048_576, of: ["1048576 x H x W", "1 x H x W"]),
    Case("conv2d {out=1048576 k=16}", [map, map], "tooLarge"),
    Case("conv2d {out=16 add=after}", [map, map], map), Case("conv2d {out=16 g=4 add=after}", [map, map], map),
    Case("conv2d {out=4 s=2 add=after}", [map, map, "4 x H/4 x W/4"], "4 x H/4 x W/4"),
    .count("conv2d {add=after}", 2...4097, of: [map]), .count("conv2d {add=before}", 2...4097, of: [map]),
    Case("conv2d {out=16 add=after}", [map, "8 x H/2 x W/2"], "channels(input: 1, expected: 16, found: 8)"),
    Case("conv2d {out=16 add=after}", [map, map, odd], "extents of input 2"),
    Case("conv2d {out=16 add=after}", [map, "16 x H/4 x W/4"], "extents of input 1"),
    Case("conv2d {out=16 add=after}", [map, boxes], "notAMap(input: 1)"),
    .range("conv2d {out=16 add=after up=2}", "up", 2, 1...1, of: [map, map]),
    .range("conv2d {out=16 up=2}", "up", 2, 1...1, of: [map]),
    Case("conv2d {out=16 add=before}", [map, map], map),
    Case("conv2d {out=16 add=before up=2}", [map, "16 x H/4 x W/4"], map),
    Case("conv2d {out=16 add=before up=64}", [map, map, "16 x H/128 x W/128"], map),
    Case("conv2d {out=16 add=before up=2}", [map, map], "extents of input 1"),
    Case("conv2d {out=16 add=before up=4}", [map, "16 x H/4 x W/4"], "extents of input 1"),
    Case("conv2d {out=16 add=before up=2}", [map, "8 x H/4 x W/4"], "channels(input: 1, expected: 16, found: 8)"),
    .range("conv2d {out=16 add=before up=0}", "up", 0, 1...64, of: [map, map]),
    .range("conv2d {out=16 add=before up=3}", "up", 3, 1...64, of: [map, "16 x H/6 x W/6"]),
    .range("conv2d {out=16 add=before up=128}", "up", 128, 1...64, of: [map, "16 x H/256 x W/256"]),
  ]

  static let elementwise: [Case] = [
    Case("activation {act=silu}", [map], map), Case("activation {act=silu}", [boxes], "notAMap(input: 0)"),
    Case("batch_norm {scope=n}", [odd], odd), .count("batch_norm {scope=n}", 1...1, of: []),
    Case("channel_affine {shift=a}", [map], map), Case("channel_affine {shift=a}", [boxes], "notAMap(input: 0)"),
    Case("identity {}", [boxes], boxes), .count("identity {}", 1...1, of: []),
    Case("add {}", [map, map, map], map), .count("add {}", 1...4096, of: []),
    Case("add {}", [map, "8 x H/2 x W/2"], "channels(input: 1, expected: 16, found: 8)"),
    Case("add {}", [map, map, odd], "extents of input 2"), Case("add {}", [map, boxes], "notAMap(input: 1)"),
    Case("add {up=4}", ["16 x H/8 x W/8", "16 x H/4 x W/4", map, map], map),
    Case("add {up=2}", ["16 x H/8 x W/8", map], "extents of input 0"),
    Case("add {up=4}", [map, "16 x H/8 x W/8"], "extents of input 0"),
    Case("add {up=4}", ["16 x H/4 x W/8", map], "extents of input 0"),
    .range("add {up=3}", "up", 3, 1...64, of: [map, map]), .range("add {up=128}", "up", 128, 1...64, of: [map, map]),
  ]

  static let wiring: [Case] = [
    Case("input {channels=4}", [], "4 x H x W"), .count("input {}", 0...0, of: [map]),
    .range("input {channels=0}", "channels", 0, 1...1_048_576, of: []),
    Case("concat {}", [map, "8 x H/2 x W/2"], "24 x H/2 x W/2"), Case("concat {}", [map, odd], "extents of input 1"),
    Case("concat {}", [map, "16 x H/2 x W/4"], "extents of input 1"), Case("concat {}", [boxes], "notAMap(input: 0)"),
    Case("concat {}", ["1048576 x H x W", "1 x H x W"], "tooLarge"),
    Case("slice {from=4 to=10}", [map], "6 x H/2 x W/2"), .range("slice {from=4 to=4}", "to", 4, 5...16),
    .range("slice {from=16 to=17}", "from", 16, 0...15), .range("slice {to=17}", "to", 17, 1...16),
    Case("upsample {scale=2}", [odd], "16 x H+2 x W"), .range("upsample {scale=0}", "scale", 0, 1...4096),
    Case("resize_nearest {}", ["8 x H/32 x W/32", map], "8 x H/2 x W/2"), .count("resize_nearest {}", 2...2, of: [map]),
    Case("space_to_depth {block=2}", [map], "64 x H/4 x W/4"),
    Case("space_to_depth {block=2 order=columns}", ["3 x H x W"], "12 x H/2 x W/2"),
    Case("space_to_depth {block=2}", [odd], "no size of 2 parts"),
    .range("space_to_depth {block=65}", "block", 65, 1...64),
    Case("space_to_depth {block=64}", ["1024 x H x W"], "tooLarge"),
    Case("depth_to_space {block=4}", [map], "1 x 2H x 2W"),
    Case("depth_to_space {block=3}", [map], "channelsNotDivisible(channels: 16, by: 9, attribute: \"block\")"),
    Case("decode_detections {classes=3 strides=[8.0]}", ["67 x H/8 x W/8"], "7 x (H/8*W/8)"),
    Case(
      "decode_detections {bins=4 strides=[8.0,16.0]}",
      [
        "17 x H/8 x W/8",
        "17 x H/16 x W/16",
      ], "5 x (H/8*W/8 + H/16*W/16)"),
    Case(
      "decode_detections {classes=3 strides=[8.0]}", ["64 x H/8 x W/8"], "channels(input: 0, expected: 67, found: 64)"),
    .count("decode_detections {classes=3 strides=[]}", 0...0, of: ["67 x H/8 x W/8"]),
    Case("decode_detections {strides=[8.0]}", [boxes], "notAMap(input: 0)"),
  ]

  @Test(arguments: windows + joinsAndAddends + elementwise + wiring)
  func operatorsInferTheirResults(_ example: Case) throws {
    let op = try operation(example.op)
    let types = try example.inputs.map(type)
    let result: String
    do throws(TypeError) {
      result = try op.semantics.resultType(types).description
    } catch {
      result =
        switch error {
        // What was expected is the first input, or, of an addend, as large as the result.
        case .extents(let input, let expected, let found)
        where (expected == types[0] || expected.channels == found.channels) && found == types[input]:
          "extents of input \(input)"
        case .sizeNotDivisible(let input, let parts) where input == types[0]: "no size of \(parts) parts"
        default: "\(error)"
        }
    }
    #expect(result == example.result)
  }

  @Test func everyOperatorIsInTheTable() {
    let names = Set((Self.windows + Self.elementwise + Self.wiring).map { String($0.op.prefix { $0 != " " }) })
    #expect(names.count == 17)
  }

  /// Parameters, and the multiply-accumulates at 32 x 64 pixels, worked out by hand.
  @Test(arguments: [
    ("conv2d {out=8 k=3 p=1 g=2 w=w b=b}", "weight 8x8x3x3, bias 8", 8 * 16 * 32 * 8 * 9),
    ("conv2d {out=4 s=2 w=w}", "weight 4x16x1x1", 4 * 8 * 16 * 16),
    ("batch_norm {scope=n}", "weight 16, bias 16, running_mean 16, running_var 16", 0),
    ("channel_affine {scale=a shift=b}", "scale 16, shift 16", 0),
    ("channel_affine {shift=b map=true}", "shift 1x16x1x1", 0),
    ("max_pool {k=3 p=1}", "", 0), ("activation {act=silu}", "", 0),
  ])
  func operatorsKnowTheirWeightsAndWork(_ text: String, _ parameters: String, _ work: Int) throws {
    let op = try operation(text)
    let input = try type(Self.map)
    let uses = op.semantics.parameters([input]).map { "\($0.role) \($0.shape.map(String.init).joined(separator: "x"))" }
    #expect(uses.joined(separator: ", ") == parameters)
    let output = try #require(try op.semantics.resultType([input]).shape(height: 32, width: 64))
    #expect(op.semantics.multiplyAccumulates([input], output: output) == work)
  }

  /// What is added has no weights, and is no multiplication.
  @Test(arguments: [
    ("conv2d {out=8 k=3 p=1 w=w}", 3, "weight 8x28x3x3", 8 * 16 * 32 * 28 * 9),
    ("conv2d {out=8 k=3 p=1 add=after w=w b=b}", 3, "weight 8x20x3x3, bias 8", 8 * 16 * 32 * 20 * 9),
    ("conv2d {out=8 g=4 add=before w=w}", 1, "weight 8x4x1x1", 8 * 16 * 32 * 4),
  ])
  func convolutionsOfSeveralInputsKnowTheirWeightsAndWork(
    _ text: String, _ joined: Int, _ parameters: String, _ work: Int
  ) throws {
    let op = try operation(text)
    var inputs = try [Self.map, "4 x H/2 x W/2", "8 x H/2 x W/2"].map(type)
    if joined == 1 { inputs.remove(at: 1) }
    let uses = op.semantics.parameters(inputs).map { "\($0.role) \($0.shape.map(String.init).joined(separator: "x"))" }
    #expect(uses.joined(separator: ", ") == parameters)
    let output = try #require(try op.semantics.resultType(inputs).shape(height: 32, width: 64))
    #expect(op.semantics.multiplyAccumulates(inputs, output: output) == work)
  }

  @Test func aProjectionCountsAsTheConvolutionThatItIs() throws {
    let op = try operation("decode_detections {classes=3 strides=[8.0] projection=dfl.conv.weight}")
    let input = try type("67 x H/8 x W/8")
    #expect(op.semantics.parameters([input]).map(\.shape) == [[1, 16, 1, 1]])
    #expect(op.semantics.multiplyAccumulates([input], output: [7, 32]) == 16 * 4 * 32)
  }

  /// A type, by way of a buffer of a plan's text.
  private func type(_ text: String) throws -> TensorType {
    try #require(try Plan(text: "plan 1 \"p\"\nbuffer \(text)\n").buffers.first)
  }

  /// An operator, by way of a step of a plan's text.
  private func operation(_ text: String) throws -> Op {
    let open = try #require(text.firstIndex(of: "{"))
    let name = text[..<open].filter { $0 != " " }
    return try #require(try Plan(text: "plan 1 \"p\"\nb0[0:1] = \(name)() \(text[open...]) @- s\n").steps.first).op
  }
}
