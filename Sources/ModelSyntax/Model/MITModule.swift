import Diagnostics

/// The translation of a module of the MIT-licensed YOLO into a block of this compiler.
struct MITModule {
  /// The default of an argument, where the block's own default differs.
  enum Default {
    /// Half of another argument, rounded down.
    case half(of: String)
    case real(Double)
  }

  let block: String
  /// The module's arguments and the block's parameters that they correspond to.
  let parameters: KeyValuePairs<String, String>
  var defaults: KeyValuePairs<String, Default> = [:]

  /// The modules by name. Their function and defaults follow the official implementation.
  static let all: [String: MITModule] = [
    "Conv": MITModule(
      block: "Conv",
      parameters: [
        "out_channels": "c2", "kernel_size": "k", "stride": "s", "padding": "p", "groups": "g", "dilation": "d",
        "activation": "act",
      ]),
    "RepConv": MITModule(
      block: "RepConvN",
      parameters: ["out_channels": "c2", "kernel_size": "k", "stride": "s", "groups": "g", "activation": "act"]),
    "Bottleneck": MITModule(
      block: "RepNBottleneck",
      parameters: ["out_channels": "c2", "residual": "shortcut", "kernel_size": "k", "expand": "e"],
      defaults: ["expand": .real(1)]),
    "RepNCSP": MITModule(
      block: "RepNCSP", parameters: ["out_channels": "c2", "repeat_num": "n", "csp_expand": "e"]),
    "ELAN": MITModule(
      block: "ELAN1", parameters: ["out_channels": "c2", "part_channels": "c3", "process_channels": "c4"],
      defaults: ["process_channels": .half(of: "part_channels")]),
    "RepNCSPELAN": MITModule(
      block: "RepNCSPELAN4",
      parameters: [
        "out_channels": "c2", "part_channels": "c3", "process_channels": "c4", "csp_args.repeat_num": "c5",
      ],
      defaults: ["process_channels": .half(of: "part_channels")]),
    "AConv": MITModule(block: "AConv", parameters: ["out_channels": "c2"]),
    "ADown": MITModule(block: "ADown", parameters: ["out_channels": "c2"]),
    "SPPELAN": MITModule(
      block: "SPPELAN", parameters: ["out_channels": "c2", "neck_channels": "c3"],
      defaults: ["neck_channels": .half(of: "out_channels")]),
    "SPPCSPConv": MITModule(
      block: "SPPCSPConv", parameters: ["out_channels": "c2", "expand": "e", "kernel_sizes": "k"]),
    "Concat": MITModule(block: "Concat", parameters: ["dim": "axis"]),
    "UpSample": MITModule(
      block: "nn.Upsample", parameters: ["size": "size", "scale_factor": "scale_factor", "mode": "mode"]),
    "CBLinear": MITModule(
      block: "CBLinear",
      parameters: ["out_channels": "c2s", "kernel_size": "k", "stride": "s", "padding": "p", "groups": "g"]),
    "CBFuse": MITModule(block: "CBFuse", parameters: ["index": "index"]),
  ]

  /// The arguments of a layer under the block's parameter names.
  func arguments(of layer: MITLayer) throws(CompileFailure) -> [ArgumentDeclaration] {
    var errors: [Diagnostic] = []
    var arguments: [ArgumentDeclaration] = []
    var values: [String: Expression] = [:]
    for (name, node) in layer.arguments {
      // CBFuse has only this mode, and UpSample has only the mode below.
      if layer.module.value == "CBFuse", name.value == "mode", node.text == "nearest" { continue }
      guard let parameter = parameters.first(where: { $0.key == name.value })?.value else {
        let names = parameters.map(\.key)
        errors.append(
          Diagnostic(
            .surplusArgument, "\(layer.module.value) has no argument '\(name.value)' here", at: name.range,
            notes: ["its arguments are \(names.joined(separator: ", "))"], help: didYouMean(name.value, among: names)))
        continue
      }
      do throws(CompileFailure) {
        let value = try parseExpression(node)
        if case .name("none") = value.kind, defaults.contains(where: { $0.key == name.value }) { continue }
        values[name.value] = value
        arguments.append(ArgumentDeclaration(label: Spanned(parameter, name.range), value: value))
      } catch {
        errors += error.diagnostics
      }
    }
    guard errors.isEmpty else { throw CompileFailure(errors) }
    for (name, standIn) in defaults where values[name] == nil {
      guard let parameter = parameters.first(where: { $0.key == name })?.value,
        let value = standIn.expression(values, at: layer.argumentsRange)
      else { continue }
      arguments.append(ArgumentDeclaration(label: Spanned(parameter, layer.argumentsRange), value: value))
    }
    return arguments
  }
}

extension MITModule.Default {
  /// The value of the default; `nil` when the argument that it is derived from is missing too.
  fileprivate func expression(_ values: [String: Expression], at range: SourceRange) -> Expression? {
    switch self {
    case .real(let number): return Expression(.real(number), range)
    case .half(let other):
      guard let whole = values[other] else { return nil }
      if let number = whole.constantInteger, number >= 0 { return Expression(.integer(number / 2), whole.range) }
      return Expression(.binary(.floorDivide, whole, Expression(.integer(2), whole.range)), whole.range)
    }
  }
}

/// `Pool: {method: max, kernel_size: 2}` as one of this compiler's pools, padded by half of the kernel.
func readMITPool(_ layer: MITLayer) throws(CompileFailure) -> (block: String, arguments: [ArgumentDeclaration]) {
  let module = MITModule(
    block: "", parameters: ["method": "method", "kernel_size": "k", "stride": "s", "padding": "p"])
  var arguments = try module.arguments(of: layer)
  var block = "max_pool"
  if let position = arguments.firstIndex(where: { $0.label?.value == "method" }) {
    let method = arguments.remove(at: position).value
    guard case .name(let word) = method.kind, ["max", "avg"].contains(word) else {
      throw CompileFailure(Diagnostic(.argumentKind, "a pool's method is max or avg", at: method.range))
    }
    block = word + "_pool"
  }
  func value(_ name: String) -> Expression? { arguments.first { $0.label?.value == name }?.value }
  func append(_ name: String, _ number: Int) {
    let value = Expression(.integer(number), layer.argumentsRange)
    arguments.append(ArgumentDeclaration(label: Spanned(name, layer.argumentsRange), value: value))
  }
  if value("k") == nil { append("k", 2) }
  if value("p") == nil, let kernel = value("k")?.constantInteger, (1...InputLimits.kernel).contains(kernel) {
    append("p", (kernel - 1) / 2)
  }
  return (block, arguments)
}

/// Limits on the numbers that are computed while a file is read; the elaborator reports larger ones.
private enum InputLimits {
  static let kernel = 1 << 20
}
