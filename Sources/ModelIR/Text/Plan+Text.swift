extension Plan {
  /// The plan as text that `Plan(text:)` reads back.
  ///
  ///     plan 2 "gelan-t"
  ///     input b0[0:3] multiple 32 32 size 640 640
  ///     buffer 3 x H x W
  ///     b1[0:16] = conv2d(b0[0:3]) {out=16 k=3 s=2 p=1 act=silu w=… b=…} @0 model.0.conv
  ///     output "output0" b9[0:84] detections {classes=80 strides=[8.0,16.0,32.0]}
  package var description: String {
    var lines = ["plan \(Plan.version) \(quoted(name))", ClassText.text(classNames)]
    lines += buffers.map { "buffer \($0.description)" }
    lines.append(
      "input \(input.view.text) multiple \(input.heightMultiple) \(input.widthMultiple) size \(input.height) \(input.width)"
    )
    lines += steps.map { step in
      let inputs = step.inputs.map(\.text).joined(separator: ", ")
      return "\(step.output.text) = \(step.op.name)(\(inputs)) {\(step.op.attributeText)} \(step.origin.text)"
    }
    lines += outputs.map(\.text)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads what `description` prints, or printed in an older version. What the text says is checked by `verify`, not here.
  package init(text: String) throws(TextError) {
    var plan = Plan(
      name: "", classNames: [],
      input: InputContract(
        view: BufferView(buffer: 0, lower: 0, upper: 0), heightMultiple: 0, widthMultiple: 0, height: 0, width: 0),
      buffers: [], steps: [], outputs: [])
    var version: Int?
    for (lineText, number) in text.numberedLines {
      var scanner = TextScanner(lineText, line: number)
      guard let version else {
        guard scanner.take("plan ") else { throw scanner.error("this is not a plan") }
        let number = try scanner.integer()
        guard (1...Plan.version).contains(number) else {
          throw scanner.error("the plan has version \(number), and this program reads versions 1 to \(Plan.version)")
        }
        version = number
        plan.name = try scanner.string()
        try scanner.expectEnd()
        continue
      }
      if scanner.take("classes ") {
        guard plan.classNames.isEmpty else { throw scanner.error("the classes are named twice") }
        plan.classNames = try ClassText.read(&scanner)
      } else if scanner.take("buffer ") {
        let text = scanner.takeRest()
        guard let type = TensorType(text: text) else { throw scanner.error("'\(text)' is not a type") }
        plan.buffers.append(type)
      } else if scanner.take("input ") {
        plan.input.view = try BufferView.read(&scanner)
        try scanner.expect("multiple")
        plan.input.heightMultiple = try scanner.integer()
        plan.input.widthMultiple = try scanner.integer()
        try scanner.expect("size")
        plan.input.height = try scanner.integer()
        plan.input.width = try scanner.integer()
      } else if scanner.take("output ") {
        plan.outputs.append(try OutputContract.read(&scanner, hasMeaning: version > 1))
      } else {
        plan.steps.append(try Step.read(&scanner))
      }
      try scanner.expectEnd()
    }
    guard let version else { throw TextError("the plan is empty") }
    if version == 1 { plan.deriveOutputContracts() }
    self = plan
  }
}

extension BufferView {
  var text: String { "b\(buffer)[\(lower):\(upper)]" }

  static func read(_ scanner: inout TextScanner) throws(TextError) -> BufferView {
    try scanner.expect("b")
    let buffer = try scanner.integer()
    try scanner.expect("[")
    let lower = try scanner.integer()
    try scanner.expect(":")
    let upper = try scanner.integer()
    try scanner.expect("]")
    return BufferView(buffer: buffer, lower: lower, upper: upper)
  }
}

extension Step {
  fileprivate static func read(_ scanner: inout TextScanner) throws(TextError) -> Step {
    let output = try BufferView.read(&scanner)
    try scanner.expect("=")
    let name = try scanner.text(upTo: "(")
    var inputs: [BufferView] = []
    while !scanner.take(")") {
      if !inputs.isEmpty { try scanner.expect(",") }
      inputs.append(try BufferView.read(&scanner))
    }
    try scanner.expect("{")
    let attributes = try scanner.text(upTo: "}")
    let op: Op
    do {
      op = try Op.read(name: String(name), attributes: attributes)
    } catch {
      throw scanner.error(error.message)
    }
    return Step(op: op, inputs: inputs, output: output, origin: try Origin.read(&scanner))
  }
}
