import Foundation
import GelanCompiler
import GelanRuntime
import TestSupport
import Testing

/// The library as a Swift program uses it: its public surface alone.
@Suite struct CompilerLibraryTests {
  private let golden = Fixtures.folder.appendingPathComponent("golden/mini-c").path

  @Test func aTextFromMemoryIsChecked() throws {
    let faulty = ModelSource(name: "x.yaml", text: "backbone:\n  - [-1, 1, Konv, [64, 3, 2]]\nhead: []\n")
    let diagnostics = try checkModel(faulty)
    #expect(!diagnostics.isEmpty && diagnostics.contains { $0.severity == .error })
    for diagnostic in diagnostics {
      #expect(diagnostic.location.file == "x.yaml")
      #expect(diagnostic.description.hasPrefix("x.yaml:\(diagnostic.location.start.line):"))
      #expect(diagnostic.text().contains(diagnostic.message))
    }
    #expect(throws: CompilerError.model(diagnostics)) { try Model(faulty) }
  }

  @Test func aModelSaysWhatItCosts() throws {
    let source = try ModelSource(path: golden + ".yaml")
    #expect(try checkModel(source) == [])
    let report = try Model(source).report
    #expect(report.classNames.count == 3 && report.strides == [8, 16, 32])
    #expect(report.training.parameters > report.stripped.parameters)
    #expect(report.rows.reduce(0) { $0 + $1.training.parameters } == report.training.parameters)
    let wide = try Model(source, options: ModelOptions(classCount: 7, input: .init(height: 320, width: 256)))
    #expect(wide.classNames.count == 7 && wide.report.inputHeight == 320 && wide.report.inputWidth == 256)
  }

  @Test func includesComeFromTheProvider() throws {
    let text = """
      classes: 2
      include: blocks.yaml
      backbone:
        p1: [-1, 1, Mine, [16]]
      """
    let source = ModelSource(name: "models/m.yaml", text: text)
    let refused = try checkModel(source, options: ModelOptions(includes: .none))
    #expect(refused.contains { $0.code == "unreadable-include" })
    let asked = Asked()
    let provider = IncludeProvider { path in
      asked.paths.append(path)
      return nil
    }
    #expect(
      try checkModel(source, options: ModelOptions(includes: provider)).contains { $0.code == "unreadable-include" })
    #expect(asked.paths == ["models/blocks.yaml"])
  }

  private final class Asked: @unchecked Sendable {
    var paths: [String] = []
  }

  @Test func aModelAndItsWeightsBecomeAPlan() throws {
    let folder = try TemporaryFolder()
    let source = try ModelSource(path: golden + ".yaml")
    var phases: [CompileEvent.Phase] = []
    let plan = try compileModel(
      source, weights: .file(path: golden + ".weights.safetensors"), to: folder.path("m.plan")
    ) { event in
      if case .started(let phase) = event { phases.append(phase) }
    }
    #expect(phases == [.verification] && plan.verification?.contains("largest difference") == true)
    #expect(plan.notes.map(\.kind).contains(.classNames))
    let model = try InferenceModel(path: folder.path("m.plan"))
    #expect(model.isDetector && model.classNames == plan.classNames)

    var options = CompileOptions(weightsType: .bf16)
    options.model.input = .init(height: 64, width: 64)
    let random = try compileModel(source, weights: .random(seed: 7), options: options)
    #expect(random.verification == nil && random.narrowing?.hasPrefix("bf16 against fp32") == true)
    #expect(random.notes.map(\.kind) == [.randomWeights])
  }

  @Test func badInputIsAnErrorThatSaysWhat() throws {
    func error(_ body: () throws -> Void) -> CompilerError? {
      do { try body() } catch { return error as? CompilerError }
      return nil
    }
    func expect(_ error: CompilerError?, _ kind: String, _ words: String) {
      #expect(error?.kind == kind, "\(error?.description ?? "no error")")
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "no error")")
    }
    let weights = golden + ".weights.safetensors"
    let source = try ModelSource(path: golden + ".yaml")
    expect(error { _ = try ModelSource(path: "/nowhere/x.yaml") }, "file", "/nowhere/x.yaml")
    expect(error { _ = try ModelSource(path: weights) }, "notAModel", "a model in YAML is wanted")
    let options = ModelOptions(parameters: [.init("wdth", "1")])
    expect(error { _ = try Model(source, options: options) }, "parameter", "has no parameter 'wdth'")
    let many = CompileOptions(model: ModelOptions(classCount: 7))
    let misfit = error { _ = try compileModel(source, weights: .file(path: weights), options: many) }
    expect(misfit, "classCount", "it fits with 3 classes")
    let key = error { _ = try compileModel(source, weights: .file(path: weights, key: "ema")) }
    expect(key, "checkpointKey", "has one set of tensors")
    let unwritable = error { try compileModel(source, weights: .random(seed: 1), to: "/nowhere/x.plan") }
    expect(unwritable, "file", "/nowhere/x.plan")
  }

  @Test func theExampleChecksAndCompiles() throws {
    let folder = try TemporaryFolder()
    let process = Process()
    let output = Pipe()
    process.executableURL = builtExecutable("ExampleCompile")
    process.arguments = [golden + ".yaml", folder.path("m.plan"), golden + ".weights.safetensors"]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.hasPrefix("mini-c: ") && text.contains("steps, 3 classes"), "\(text)")
    #expect(try InferenceModel(path: folder.path("m.plan")).name == "mini-c")
  }
}

extension CompilerError {
  /// The name of the case.
  fileprivate var kind: String { Mirror(reflecting: self).children.first?.label ?? "" }
}
