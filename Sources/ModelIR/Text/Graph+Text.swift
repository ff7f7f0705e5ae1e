extension Graph {
  /// The graph as text that `Graph(text:)` reads back.
  ///
  ///     graph "gelan-t"
  ///     %0 = input() {} : 3 x H x W @- images
  ///     %1 = conv2d(%0) {out=16 k=3 s=2 p=1 w=model.0.conv.weight} : 16 x H/2 x W/2 @0 model.0.conv
  ///     output "output0" main %9
  package var description: String {
    var lines = ["graph \(quoted(name))", "size \(inputHeight) \(inputWidth)", ClassText.text(classNames)]
    var nextRow = 0
    for (index, node) in nodes.enumerated() {
      // Each row stands before its first node, so that the text reads in sections.
      while nextRow < rows.count, let row = node.origin.row, nextRow <= row {
        lines.append(rows[nextRow].text)
        nextRow += 1
      }
      let inputs = node.inputs.map { "%\($0.index)" }.joined(separator: ", ")
      lines.append(
        "%\(index) = \(node.op.name)(\(inputs)) {\(node.op.attributeText)} : \(node.type.description) \(node.origin.text)"
      )
    }
    lines += rows[nextRow...].map(\.text)
    lines += outputs.map { "output \(quoted($0.name)) \($0.role.rawValue) %\($0.value.index)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads what `description` prints. Types are inferred anew and compared with those in the text.
  package init(text: String) throws(TextError) {
    var builder: GraphBuilder?
    var header: (name: String, height: Int, width: Int) = ("", 0, 0)
    var count = 0
    for (lineText, number) in text.numberedLines {
      var scanner = TextScanner(lineText, line: number)
      if scanner.take("graph ") {
        header.name = try scanner.string()
      } else if scanner.take("size ") {
        header.height = try scanner.integer()
        header.width = try scanner.integer()
      } else if scanner.take("classes ") {
        let names = try ClassText.read(&scanner)
        builder = GraphBuilder(
          name: header.name, classNames: names, inputHeight: header.height, inputWidth: header.width)
      } else {
        guard let builder else { throw scanner.error("a graph begins with 'graph', 'size' and 'classes'") }
        if scanner.take("row ") {
          builder.add(try Row.read(&scanner))
        } else if scanner.take("output ") {
          let name = try scanner.string()
          guard let role = Output.Role(rawValue: try scanner.word()) else {
            throw scanner.error("an output is main or auxiliary")
          }
          builder.addOutput(name, try Self.readValue(&scanner, count: count), role: role)
        } else {
          try Self.readNode(&scanner, into: builder, count: count)
          count += 1
        }
      }
      try scanner.expectEnd()
    }
    guard let builder else { throw TextError("this is not a graph") }
    self = builder.finish()
  }

  private static func readValue(_ scanner: inout TextScanner, count: Int) throws(TextError) -> ValueID {
    try scanner.expect("%")
    let index = try scanner.integer()
    guard (0..<count).contains(index) else { throw scanner.error("there is no value %\(index) before this line") }
    return ValueID(index)
  }

  private static func readNode(_ scanner: inout TextScanner, into builder: GraphBuilder, count: Int) throws(TextError) {
    try scanner.expect("%")
    guard try scanner.integer() == count else { throw scanner.error("this line should make %\(count)") }
    try scanner.expect("=")
    let name = try scanner.text(upTo: "(")
    var inputs: [ValueID] = []
    while !scanner.take(")") {
      if !inputs.isEmpty { try scanner.expect(",") }
      inputs.append(try readValue(&scanner, count: count))
    }
    try scanner.expect("{")
    let attributes = try scanner.text(upTo: "}")
    try scanner.expect(":")
    let type = try scanner.text(upTo: " @")
    scanner = TextScanner("@" + scanner.rest, line: scanner.line)
    let origin = try Origin.read(&scanner)
    let op: Op
    do {
      op = try Op.read(name: String(name), attributes: attributes)
    } catch {
      throw scanner.error(error.message)
    }
    let value: ValueID
    do {
      value = try builder.add(op, inputs, origin: origin)
    } catch {
      throw scanner.error("\(name) does not accept its inputs: \(error)")
    }
    let inferred = builder.type(of: value).description
    if inferred != type { throw scanner.error("\(name) makes \(inferred), not \(type)") }
  }
}

extension Row {
  /// `row "p3" backbone RepNCSPELAN4 from "-1" number 1 arguments "64, 64, 32, 3" : 64 x H/8 x W/8`.
  fileprivate var text: String {
    let sources = from.map(quoted).joined(separator: " ")
    let types = results.map(\.description).joined(separator: "; ")
    return "row \(quoted(name)) \(section) \(quoted(block)) from \(sources) number \(number) "
      + "arguments \(quoted(arguments)) : \(types)"
  }

  fileprivate static func read(_ scanner: inout TextScanner) throws(TextError) -> Row {
    let name = try scanner.string()
    let section = try scanner.word()
    let block = try scanner.string()
    try scanner.expect("from")
    var from: [String] = []
    while !scanner.take("number ") { from.append(try scanner.string()) }
    let number = try scanner.integer()
    try scanner.expect("arguments")
    let arguments = try scanner.string()
    try scanner.expect(":")
    var results: [TensorType] = []
    while !scanner.isAtEnd {
      let text = scanner.rest.contains("; ") ? try scanner.text(upTo: "; ") : scanner.takeRest()
      guard let type = TensorType(text: text) else { throw scanner.error("'\(text)' is not a type") }
      results.append(type)
    }
    return Row(
      name: name, section: section, block: block, from: from, number: number, arguments: arguments, results: results)
  }
}
