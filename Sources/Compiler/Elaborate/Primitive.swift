import Diagnostics
import ModelIR

/// A block that is built into the compiler: its parameters, and the operators that it adds to the graph.
struct Primitive: Sendable {
  let name: String
  /// The parameters in order, with their defaults; `nil` when the argument is required.
  let parameters: [(name: String, defaultValue: Value?)]
  let build: @Sendable (PrimitiveCall) throws(ElaborationFailure) -> Value
}

/// One use of a primitive.
struct PrimitiveCall {
  let name: String
  let input: Value
  let arguments: [String: Value]
  let origin: Origin
  /// The activation of blocks that do not name their own.
  let defaultActivation: Activation
  /// The number of classes of the model; `nil` when it is unknown.
  let classCount: Int?
  let builder: GraphBuilder

  // MARK: Inputs

  /// The one tensor that the primitive reads.
  func tensor() throws(ElaborationFailure) -> ValueID {
    guard case .tensor(let value) = input else {
      throw inputFault(.notATensor, "needs one tensor, and this is \(input.kind)", culprit: input)
    }
    return value
  }

  /// The tensors that the primitive reads; exactly `count` of them unless it is `nil`.
  func tensors(count: Int? = nil) throws(ElaborationFailure) -> [ValueID] {
    guard case .tuple(let elements) = input else {
      throw inputFault(
        .notATuple, "needs a list of tensors, and this is \(input.kind)",
        help: input.isTensor ? ["write the sources as a list"] : [])
    }
    var tensors: [ValueID] = []
    for (position, element) in elements.enumerated() {
      guard case .tensor(let value) = element else {
        throw .fault(
          .notATensor, "source \(position) has to be a tensor, and it is \(element.kind)", nil, culprit: element)
      }
      tensors.append(value)
    }
    guard !tensors.isEmpty, count == nil || tensors.count == count else {
      throw inputFault(.inputCount, "needs \(count.map(String.init) ?? "some") sources, not \(tensors.count)")
    }
    return tensors
  }

  /// An error about the input; the message is the predicate to the reader's name.
  private func inputFault(
    _ code: DiagnosticCode, _ message: String, help: [String] = [], culprit: Value? = nil
  ) -> ElaborationFailure {
    var fault = ElaborationFailure.Fault(code: code, message: message, column: .from, help: help, culprit: culprit)
    fault.reader = name
    return .fault(fault)
  }

  // MARK: Arguments

  subscript(argument: String) -> Value { arguments[argument] ?? .none }

  func integer(_ argument: String) throws(ElaborationFailure) -> Int {
    guard case .integer(let number) = self[argument] else { throw kindFault(argument, "an integer") }
    return number
  }

  /// An integer; `standIn` when the argument is `none`.
  func integer(_ argument: String, orNone standIn: () -> Int) throws(ElaborationFailure) -> Int {
    self[argument] == .none ? standIn() : try integer(argument)
  }

  func boolean(_ argument: String) throws(ElaborationFailure) -> Bool {
    guard case .boolean(let truth) = self[argument] else { throw kindFault(argument, "true or false") }
    return truth
  }

  func integers(_ argument: String) throws(ElaborationFailure) -> [Int] {
    guard case .tuple(let elements) = self[argument] else { throw kindFault(argument, "a list of integers") }
    var numbers: [Int] = []
    for element in elements {
      guard case .integer(let number) = element else { throw kindFault(argument, "a list of integers") }
      numbers.append(number)
    }
    return numbers
  }

  func kindFault(_ argument: String, _ expected: String) -> ElaborationFailure {
    var fault = ElaborationFailure.Fault(
      code: .argumentKind, message: "is \(expected), and this is \(self[argument].kind)", blamed: [argument],
      column: .arguments)
    fault.subject = (name, argument)
    return .fault(fault)
  }

  // MARK: Results

  /// Adds a node with the primitive's own scope.
  func add(_ op: Op, _ inputs: [ValueID]) throws(ElaborationFailure) -> Value {
    do {
      return .tensor(try builder.add(op, inputs, origin: origin))
    } catch {
      throw Self.failure(for: error, of: op, inputs, in: builder)
    }
  }
}

/// The primitives, one row each.
let primitives: [Primitive] = [
  Primitive(
    name: "conv2d",
    parameters: [
      ("out", nil), ("k", .integer(1)), ("s", .integer(1)), ("p", Value.none), ("d", .integer(1)), ("g", .integer(1)),
      ("bias", .boolean(false)),
    ]
  ) { (call) throws(ElaborationFailure) in
    var convolution = Conv2D()
    convolution.outputChannels = try call.integer("out")
    convolution.kernel = try call.integer("k")
    convolution.stride = try call.integer("s")
    convolution.dilation = try call.integer("d")
    convolution.groups = try call.integer("g")
    // The default padding is half of the dilated kernel, rounded as by the official code. It keeps the size for odd
    // kernels of stride 1.
    let reach = saturatingProduct(convolution.dilation, max(convolution.kernel, 1) - 1)
    convolution.padding = try call.integer("p", orNone: { reach / 2 + reach % 2 })
    convolution.weight = .stored(call.origin.scope + ".weight")
    convolution.bias = try call.boolean("bias") ? .stored(call.origin.scope + ".bias") : nil
    return try call.add(.conv2D(convolution), [try call.tensor()])
  },
  Primitive(name: "batch_norm", parameters: [("eps", .real(0.001))]) { (call) throws(ElaborationFailure) in
    var norm = BatchNorm()
    norm.scope = call.origin.scope
    guard case .real(let epsilon) = call["eps"], epsilon > 0, epsilon < 1 else {
      throw call.kindFault("eps", "a small number above 0")
    }
    norm.epsilon = epsilon
    return try call.add(.batchNorm(norm), [try call.tensor()])
  },
  Primitive(name: "activation", parameters: [("function", .boolean(true))]) { (call) throws(ElaborationFailure) in
    let input = try call.tensor()
    switch call["function"] {
    case .boolean(true): return try call.add(.activate(Activate(call.defaultActivation)), [input])
    case .activation(let function): return try call.add(.activate(Activate(function)), [input])
    case .boolean(false), .none: return .tensor(input)
    default: throw call.kindFault("function", "true, false or an activation function")
    }
  },
  Primitive(name: "add", parameters: []) { (call) throws(ElaborationFailure) in
    let terms = try call.tensors()
    return terms.count == 1 ? .tensor(terms[0]) : try call.add(.add(Add()), terms)
  },
  Primitive(name: "concat", parameters: [("axis", .integer(1))]) { (call) throws(ElaborationFailure) in
    guard try call.integer("axis") == 1 else {
      throw .fault(
        .argumentRange, "tensors are concatenated along axis 1, the channels", nil, column: .arguments, blamed: ["axis"]
      )
    }
    return try call.add(.concat(Concat()), try call.tensors())
  },
  Primitive(name: "split", parameters: [("parts", nil)]) { (call) throws(ElaborationFailure) in
    let input = try call.tensor()
    let channels = call.builder.type(of: input).channels
    var widths: [Int]
    if case .tuple = call["parts"] {
      widths = try call.integers("parts")
    } else {
      // Like torch.chunk: parts of equal size, the last of which has the remainder.
      let parts = try call.integer("parts")
      guard (1...channels).contains(parts) else {
        throw .fault(
          .argumentRange, "\(channels) channel\(channels == 1 ? "" : "s") cannot be split into \(parts) parts", nil,
          column: .arguments, blamed: ["parts"])
      }
      let size = (channels + parts - 1) / parts
      widths = stride(from: 0, to: channels, by: size).map { min(size, channels - $0) }
    }
    guard widths.allSatisfy({ $0 > 0 }), saturatingSum(widths) == channels else {
      throw .fault(
        .channelMismatch, "the widths \(call["parts"].description) do not add up to \(channels) channels", nil,
        column: .arguments, blamed: ["parts"])
    }
    var pieces: [Value] = []
    var lower = 0
    for width in widths {
      var slice = Slice()
      slice.lower = lower
      slice.upper = lower + width
      pieces.append(try call.add(.slice(slice), [input]))
      lower += width
    }
    return .tuple(pieces)
  },
  Primitive(name: "max_pool", parameters: [("k", nil), ("s", Value.none), ("p", .integer(0))]) {
    (call) throws(ElaborationFailure) in
    var pool = MaxPool()
    pool.kernel = try call.integer("k")
    pool.stride = try call.integer("s", orNone: { [kernel = pool.kernel] in kernel })
    pool.padding = try call.integer("p")
    return try call.add(.maxPool(pool), [try call.tensor()])
  },
  Primitive(name: "avg_pool", parameters: [("k", nil), ("s", Value.none), ("p", .integer(0))]) {
    (call) throws(ElaborationFailure) in
    var pool = AveragePool()
    pool.kernel = try call.integer("k")
    pool.stride = try call.integer("s", orNone: { [kernel = pool.kernel] in kernel })
    pool.padding = try call.integer("p")
    return try call.add(.averagePool(pool), [try call.tensor()])
  },
  Primitive(
    name: "upsample", parameters: [("scale", nil), ("mode", .word("nearest")), ("size", Value.none)]
  ) { (call) throws(ElaborationFailure) in
    guard call["mode"] == .word("nearest") else {
      throw .fault(
        .argumentKind, "upsampling uses the nearest element; the mode \(call["mode"].description) is not supported",
        nil, column: .arguments, help: ["write nearest"], blamed: ["mode"])
    }
    guard call["size"] == .none else {
      throw .fault(
        .argumentRange, "upsampling to a fixed size would tie the model to one input size", nil, column: .arguments,
        help: ["write none for the size and give a factor"], blamed: ["size"])
    }
    var upsample = Upsample()
    if case .real(let factor) = call["scale"], let whole = Int(exactly: factor) {
      upsample.scale = whole
    } else {
      upsample.scale = try call.integer("scale")
    }
    return try call.add(.upsample(upsample), [try call.tensor()])
  },
  Primitive(name: "resize_like", parameters: []) { (call) throws(ElaborationFailure) in
    try call.add(.resizeNearest(ResizeNearest()), try call.tensors(count: 2))
  },
  Primitive(name: "zero_pad", parameters: [("padding", nil)]) { (call) throws(ElaborationFailure) in
    var sides: [Int]
    if case .tuple = call["padding"] {
      sides = try call.integers("padding")
    } else {
      sides = Array(repeating: try call.integer("padding"), count: 4)
    }
    guard sides.count == 4 else { throw call.kindFault("padding", "one width or [left, right, top, bottom]") }
    var pad = ZeroPad()
    (pad.left, pad.right, pad.top, pad.bottom) = (sides[0], sides[1], sides[2], sides[3])
    return try call.add(.zeroPad(pad), [try call.tensor()])
  },
  Primitive(name: "space_to_depth", parameters: [("block", nil), ("order", .word("rows"))]) {
    (call) throws(ElaborationFailure) in
    guard case .word(let word) = call["order"], let order = SpaceToDepth.Order(rawValue: word) else {
      throw call.kindFault("order", "rows or columns")
    }
    var rearrange = SpaceToDepth()
    rearrange.block = try call.integer("block")
    rearrange.order = order
    return try call.add(.spaceToDepth(rearrange), [try call.tensor()])
  },
  Primitive(name: "depth_to_space", parameters: [("block", nil)]) { (call) throws(ElaborationFailure) in
    var rearrange = DepthToSpace()
    rearrange.block = try call.integer("block")
    return try call.add(.depthToSpace(rearrange), [try call.tensor()])
  },
  Primitive(name: "identity", parameters: []) { (call) throws(ElaborationFailure) in
    try call.add(.identity(Identity()), [try call.tensor()])
  },
  Primitive(name: "add_parameter", parameters: []) { (call) throws(ElaborationFailure) in
    var affine = ChannelAffine()
    affine.shift = .stored(call.origin.scope)
    affine.isStoredAsMap = true
    return try call.add(.channelAffine(affine), [try call.tensor()])
  },
  Primitive(name: "multiply_parameter", parameters: []) { (call) throws(ElaborationFailure) in
    var affine = ChannelAffine()
    affine.scale = .stored(call.origin.scope)
    affine.isStoredAsMap = true
    return try call.add(.channelAffine(affine), [try call.tensor()])
  },
  Primitive(name: "decode_detections", parameters: [("classes", nil), ("bins", .integer(16))]) {
    (call) throws(ElaborationFailure) in
    let maps = try call.tensors()
    var decode = DecodeDetections()
    decode.classes = try call.integer("classes")
    if let count = call.classCount, decode.classes != count {
      throw .fault(
        .argumentRange, "the head predicts \(decode.classes) classes, and the model has \(count)", nil,
        column: .arguments, help: ["give the head the model's own count by name, classes or nc"],
        blamed: ["classes"])
    }
    decode.bins = try call.integer("bins")
    decode.strides = maps.compactMap { call.builder.type(of: $0).extents?.height.stride }
    decode.projection = .stored(call.origin.scope + ".weight")
    return try call.add(.decodeDetections(decode), maps)
  },
]
