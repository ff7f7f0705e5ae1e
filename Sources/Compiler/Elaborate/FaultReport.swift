import Diagnostics
import ModelIR
import ModelSyntax

/// Converts an error to a diagnostic: finds the range that the author can edit, and shows the values at fault there.
struct FaultReport {
  let fault: ElaborationFailure.Fault
  let model: ModelDeclaration
  let builder: GraphBuilder
  let rowValues: [Value]
  let inputSize: InputSize

  var diagnostic: Diagnostic {
    let blame = fault.frames.firstIndex { isEditable($0.layer.range) } ?? fault.frames.count - 1
    let frame = fault.frames[blame]
    var secondary: [Diagnostic.Label] = []
    var notes = fault.notes + groupNotes(frame)
    var help = fault.help
    var primary = Diagnostic.Label(column(of: frame.layer), "")
    if let range = fault.range, isEditable(range) {
      primary = Diagnostic.Label(range, "")
    } else if let culprit = fault.culprit, let source = frame.sources.first(where: { $0.value == culprit }) {
      primary = Diagnostic.Label(source.range, "this is \(describe(culprit))")
      help += choosingHelp(culprit)
    } else if fault.column != .from || fault.operands.isEmpty {
      if let argument = fault.argument { primary = Diagnostic.Label(argument, "") }
      secondary += operandLabels(in: frame)
    } else {
      let shown = operandLabels(in: frame)
      if let last = shown.last {
        primary = last
        secondary += shown.dropLast()
      } else {
        notes.insert("the shapes are \(fault.operands.map { describe($0.value) }.joined(separator: " and "))", at: 0)
      }
    }
    secondary += makers().filter { maker in maker.range != primary.range && !secondary.contains(maker) }
    // An expression of a block outside of its body has no frame of its own.
    let isInRow = fault.frames.last.map { $0.layer.isFaulty || $0.layer.range.contains(primary.range) } ?? true
    if let row = fault.frames.last, blame < fault.frames.count - 1 || !isInRow {
      secondary.append(Diagnostic.Label(row.layer.block.range, "used here"))
    }
    let trace = fault.frames[..<blame].reversed().map { inner in
      Diagnostic.Label(inner.layer.range, "in \(inner.block ?? "the model"), entry '\(inner.layer.name.value)'")
    }
    return Diagnostic(
      fault.code, message, at: primary.range, label: primary.message, secondary: secondary, trace: Array(trace),
      notes: notes, help: help + joiningHelp(frame) + fittingRows(frame), fixIts: fault.fixIts)
  }

  private var message: String {
    if let reader = fault.reader { return "\(reader) \(fault.message)" }
    guard let subject = fault.subject else { return fault.message }
    return "\(subject.block)'s '\(subject.parameter)' \(fault.message)"
  }

  private func isEditable(_ range: SourceRange) -> Bool { range.file !== BlockLibrary.standardSource }

  private func column(of layer: LayerDeclaration) -> SourceRange {
    switch fault.column {
    case .from: layer.from.range
    case .number: layer.number.range
    case .block: layer.block.range
    case .arguments: layer.argumentsRange
    }
  }

  /// The sources of a row that are at fault, each with its shape.
  private func operandLabels(in frame: ElaborationFailure.Frame) -> [Diagnostic.Label] {
    fault.operands.compactMap { operand in
      frame.sources.first { $0.value == .tensor(operand.value) }.map { source in
        Diagnostic.Label(source.range, "this is \(describe(operand.value))")
      }
    }
  }

  /// The rows that produced the values at fault.
  private func makers() -> [Diagnostic.Label] {
    fault.operands.compactMap { operand in
      guard let index = rowValues.firstIndex(where: { $0.tensors.contains(operand.value) }) else { return nil }
      let layer = model.rows[index].layer
      return Diagnostic.Label(layer.block.range, "\(layer.title) is made here")
    }
  }

  /// A value of the wrong kind, with the shapes of its tensors.
  private func describe(_ value: Value) -> String {
    guard case .tuple(let elements) = value, !elements.isEmpty, elements.allSatisfy(\.isTensor) else {
      return value.kind
    }
    let shapes = value.tensors.prefix(4).map { tensor in
      let shape = builder.type(of: tensor).shape(height: inputSize.height, width: inputSize.width)
      return shape.map { $0.map(String.init).joined(separator: "x") } ?? builder.type(of: tensor).description
    }
    return "\(value.kind): \(shapes.joined(separator: ", "))\(elements.count > 4 ? ", …" : "")"
  }

  /// How to select one tensor of a tuple that a row returns.
  private func choosingHelp(_ value: Value) -> [String] {
    guard fault.code == .notATensor, case .tuple = value,
      let index = rowValues.firstIndex(where: { $0 == value })
    else { return [] }
    guard model.dialect == .native else {
      return ["in the native dialect a row can read one of them, as \"route.0\"; gelan convert rewrites the file in it"]
    }
    return ["write \(model.rows[index].layer.name.value).0 for the first of them"]
  }

  /// How to combine several sources into the one tensor that a block reads.
  private func joiningHelp(_ frame: ElaborationFailure.Frame) -> [String] {
    guard fault.code == .notATensor, case .tuple(let elements)? = fault.culprit, elements.count > 1,
      elements == frame.sources.map(\.value)
    else { return [] }
    return ["concatenate the sources in a Concat row and read that, or read one of them"]
  }

  /// The groups that the sources would be split into, with the remainder.
  private func groupNotes(_ frame: ElaborationFailure.Frame) -> [String] {
    guard let count = fault.groupCount, frame.sources.count > 1, count > 0 else { return [] }
    let sources = frame.sources.map(\.range.text)
    let size = sources.count / count
    var notes: [String] = []
    if size > 0 {
      let groups = (0..<count).map { "[\(sources[$0 * size..<($0 + 1) * size].joined(separator: ", "))]" }
      let left = sources[(count * size)...].joined(separator: ", ")
      notes = ["the official code splits them into \(groups.joined(separator: " and ")), and leaves out \(left)"]
    }
    let strides = frame.sources.map { source in
      source.value.tensors.first.flatMap { builder.type(of: $0).extents?.height.stride }
    }
    if strides.allSatisfy({ $0 != nil }) {
      notes.append("their strides are \(strides.compactMap { $0.map(strideText) }.joined(separator: ", "))")
    }
    return notes
  }

  /// A shape in pixels, and as a function of the input's height and width.
  private func describe(_ value: ValueID) -> String {
    let type = builder.type(of: value)
    guard let shape = type.shape(height: inputSize.height, width: inputSize.width) else { return type.description }
    return "\(shape.map(String.init).joined(separator: "x")) (\(type.description))"
  }

  /// For maps that differ in size: rows that would fit in place of the one at fault.
  private func fittingRows(_ frame: ElaborationFailure.Frame) -> [String] {
    guard fault.code == .shapeMismatch, let wanted = fault.operands.first.map({ builder.type(of: $0.value) }),
      frame.block == nil
    else { return [] }
    let used = Set(frame.sources.flatMap(\.value.tensors))
    let fitting = rowValues.indices.filter { index in
      guard case .tensor(let value) = rowValues[index], !used.contains(value) else { return false }
      return builder.type(of: value).layout == wanted.layout
    }
    guard !fitting.isEmpty else { return [] }
    let names = fitting.suffix(4).map { model.rows[$0].layer.title }
    return ["\(names.joined(separator: ", ")) \(names.count == 1 ? "has" : "have") the height and width of the first"]
  }
}

extension LayerDeclaration {
  /// The row as named in messages: `row 6` or `'p3'`.
  var title: String { Int(name.value) != nil ? "row \(name.value)" : "'\(name.value)'" }
}
