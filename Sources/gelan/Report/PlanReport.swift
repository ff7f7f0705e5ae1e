import Compiler
import Elements
import GelanCompiler
import JSON
import ModelIR
import Runtime
import Tensors

/// What `gelan show` tells of a plan file.
struct PlanReport {
  let model: LoadedPlan
  private let file: TensorFile
  private let height: Int
  private let width: Int
  private let arena: ArenaLayout
  private let isVerified: Bool

  /// - Parameters:
  ///   - size: The size that shapes and costs are for; the plan's own by default.
  ///   - verifying: Whether to read the weights and check them.
  init(_ path: String, at size: InputSize?, verifying: Bool) throws(CommandFailure) {
    file = try openTensorFile(path)
    do throws(ModelError) {
      model = try LoadedPlan(file)
    } catch {
      throw .message(error.description)
    }
    let sized: SizedPlan
    do throws(ModelError) {
      sized = try SizedPlan(model.plan, height: size?.height, width: size?.width)
    } catch {
      throw .message(error.description)
    }
    (height, width) = (sized.height, sized.width)
    arena = ArenaLayout(sized, BufferStorage(model.plan, all: .fp32))
    isVerified = verifying
    if verifying { try verifyWeights() }
  }

  /// Reads all weights.
  private func verifyWeights() throws(CommandFailure) {
    guard file.isSealed else {
      throw .message("\(file.path): this plan is of format 1, which has no checksums; compile the model again")
    }
    guard file.hasIntactData else {
      throw .message("\(file.path): the weights are not as they were written: their checksum does not match")
    }
    for use in model.plan.parameters where !model.weights.elements(of: use).allSatisfy(\.isFinite) {
      throw .message("\(file.path): the weight '\(use.expression.description)' has values that are no numbers")
    }
  }

  /// Where the plan comes from, what goes in and out, what it needs, and its steps.
  var overview: String {
    let plan = model.plan
    let format = PlanFile.format(of: file).map(String.init) ?? "?"
    let maker = file.metadata[PlanFile.Key.compiler].map { ", written by \($0)" } ?? ""
    let facts: [(name: String, text: String?)] = [
      ("input", inputText), ("output", plan.outputs.map(outputText).joined(separator: "; ")),
      ("classes", classText), ("source", sourceText), ("arguments", file.metadata[PlanFile.Key.arguments]),
      ("weights", weightsText), ("memory", memoryText), ("file", fileText), ("checksum", checksumText),
    ]
    let lines = facts.compactMap { name, text in text.map { "\(name.padded(to: 9))  \($0)" } }
    return (["\(plan.name): a plan of format \(format)\(maker)", ""] + lines + [""] + stepTable).joined(separator: "\n")
  }

  private var inputText: String {
    let input = model.plan.input
    let multiples =
      input.heightMultiple == input.widthMultiple
      ? "H and W multiples of \(input.heightMultiple)"
      : "H a multiple of \(input.heightMultiple), W of \(input.widthMultiple)"
    return "images: N x \(input.channels) x H x W, RGB from 0 to 1; \(multiples), "
      + "\(input.height)x\(input.width) unless asked"
  }

  private func outputText(_ output: OutputContract) -> String {
    let type = model.plan.type(of: output.view)
    return
      "\(output.name): N x \(type.description), at \(height)x\(width) N x \(shapeText(type)), \(output.meaning.name)"
  }

  private var classText: String {
    let names = model.plan.classNames
    let shown = names.prefix(8).joined(separator: ", ")
    return "\(names.count): \(shown)\(names.count > 8 ? ", …" : "")"
  }

  /// The files of the model, one a line.
  private var sourceText: String? {
    guard let text = file.metadata[PlanFile.Key.source] else { return nil }
    guard let sources = (try? JSONValue.parse(Array(text.utf8)))?.arrayValue else { return text }
    let lines = sources.map { source in
      "\(source["file"]?.stringValue ?? "?"), SHA-256 \(source["sha256"]?.stringValue ?? "?")"
    }
    return lines.joined(separator: "\n" + "".padded(to: 11))
  }

  private var weightsText: String {
    let count = file.entries.reduce(0) { $0 + $1.count }
    let origin = file.metadata[PlanFile.Key.weights].map { ", from \($0)" } ?? ""
    let types = Set(file.entries.map(\.type)).sorted { $0.byteCount > $1.byteCount }
    return "\(grouped(count)) numbers in \(file.entries.count) tensors as "
      + types.map(\.title).joined(separator: " and ") + origin
  }

  private var memoryText: String {
    let bytes = arena.byteCount
    return "\(decimal(Double(bytes) / 0x1p20, places: 1)) MiB of buffers at \(height)x\(width) in fp32, "
      + "\(decimal(Double(flops.reduce(0, saturatingSum)) * 1e-9, places: 2)) GFLOP an image"
  }

  private var fileText: String { "\(grouped(file.byteCount)) bytes" }

  private var checksumText: String {
    guard let digest = file.metadata[Seal.headerKey], let data = file.metadata[Seal.dataKey] else {
      return "none, as plans of format 1"
    }
    return "header \(digest.prefix(16))…, correct; weights \(data.prefix(16))…, "
      + (isVerified ? "correct" : "not read (--verify reads them)")
  }

  /// Two per multiply-accumulate, for each step.
  private var flops: [Int] {
    model.plan.steps.map { step in
      let output = model.plan.type(of: step.output).shape(height: height, width: width) ?? []
      let work = step.op.semantics.multiplyAccumulates(step.inputs.map(model.plan.type), output: output)
      return saturatingProduct(2, work)
    }
  }

  private func saturatingSum(_ one: Int, _ other: Int) -> Int { ModelIR.saturatingSum([one, other]) }

  private func shapeText(_ type: TensorType) -> String {
    (type.shape(height: height, width: width) ?? []).map(String.init).joined(separator: "x")
  }

  /// One line per step.
  private var stepTable: [String] {
    let titles = ["step", "operator", "output", "at \(height)x\(width)", "weights", "MFLOP", "from"]
    let rows = zip(model.plan.steps, flops).enumerated().map { index, row in
      let (step, flops) = row
      let type = model.plan.type(of: step.output)
      let weights = step.op.semantics.parameters(step.inputs.map(model.plan.type))
      let count = weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
      return [
        "\(index)", step.op.summary, type.description, shapeText(type), count == 0 ? "" : grouped(count),
        flops == 0 ? "" : decimal(Double(flops) * 1e-6, places: 1), step.origin.scope,
      ]
    }
    let numeric: Set<Int> = [0, 4, 5]
    let widths = titles.indices.map { column in
      min(40, ([titles[column]] + rows.map { $0[column] }).map(\.count).max() ?? 0)
    }
    return ([titles] + rows).map { cells in
      cells.indices.map { cells[$0].padded(to: widths[$0], onTheLeft: numeric.contains($0)) }
        .joined(separator: "  ").trimmedAtEnd
    }
  }
}

extension ElementType {
  /// The name that `--weights-type` has for it.
  fileprivate var title: String {
    switch self {
    case .fp32, .fp16, .bf16: rawValue
    default: safetensorsName
    }
  }
}

extension Op {
  /// The operator with its attributes, but neither what its neighbours in the table say nor the names of weights.
  fileprivate var summary: String {
    let told: Set = ["out", "w", "b", "scale", "shift", "map", "projection", "classes", "strides"]
    let attributes = attributeText.split(separator: " ").filter { !told.contains($0.prefix { $0 != "=" }.description) }
    return ([name] + attributes.map(String.init)).joined(separator: " ")
  }
}
