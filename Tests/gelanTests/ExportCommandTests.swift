import Foundation
import TestSupport
import Testing

/// `gelan export`, as scripts use it.
@Suite struct ExportCommandTests {
  /// A plan of a small model in a folder.
  private func withPlan(_ body: (_ folder: URL, _ plan: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      let compiled = try Tool.run(
        "compile", "Tests/Fixtures/models/every-step.yaml", "--random-weights", "1", "-o", plan)
      #expect(compiled.status == 0, "\(compiled.errors)")
      try body(folder, plan)
    }
  }

  @Test func aModelIsWrittenAndItsInterfacePrinted() throws {
    try withPlan { folder, plan in
      let model = folder.appendingPathComponent("m.onnx")
      let result = try Tool.run(
        "export", "onnx", plan, "-o", model.path, "--nms", "--dynamic-batch", "--input", "24x36")
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("images: batch x 3 x 24 x 36\noutput0: batch x 300 x 6\nwrote "))
      let size = try FileManager.default.attributesOfItem(atPath: model.path)[.size] as? Int
      #expect((size ?? 0) > 10_000)
    }
  }

  struct Misuse: Sendable, CustomTestStringConvertible {
    let words: [String]
    let status: Int32
    let says: String
    var testDescription: String { words.joined(separator: " ") }
  }

  static let misuses = [
    Misuse(
      words: ["onx", "PLAN", "-o", "OUT"], status: 2, says: "the format is onnx, not 'onx'; did you mean 'onnx'?"),
    Misuse(words: ["PLAN", "onnx", "-o", "OUT"], status: 2, says: "the format is onnx"),
    Misuse(words: ["onnx", "PLAN"], status: 2, says: "-o FILE is missing"),
    Misuse(words: ["onnx", "-o", "OUT"], status: 2, says: "FORMAT PLAN is missing"),
    Misuse(words: ["onnx", "PLAN", "-o", "PLAN"], status: 2, says: "would replace"),
    Misuse(words: ["onnx", "PLAN", "-o", "OUT", "--conf", "0.5"], status: 2, says: "--conf needs --nms"),
    Misuse(words: ["onnx", "PLAN", "-o", "OUT", "--opset", "16"], status: 2, says: "from 17 to 22"),
    Misuse(
      words: ["onnx", "PLAN", "-o", "OUT", "--batch", "2", "--dynamic-batch"], status: 2, says: "exclude each other"),
    Misuse(
      words: ["onnx", "PLAN", "-o", "OUT", "--input", "48", "--dynamic-size"], status: 2, says: "exclude each other"),
    Misuse(words: ["onnx", "PLAN", "-o", "OUT", "--input", "50"], status: 1, says: "50x50 is not legal for this plan"),
    Misuse(words: ["onnx", "README.md", "-o", "OUT"], status: 1, says: "README.md"),
    Misuse(words: ["onnx", "nowhere.plan", "-o", "OUT"], status: 3, says: "nowhere.plan"),
    Misuse(words: ["onnx", "PLAN", "-o", "/nowhere/m.onnx"], status: 3, says: "/nowhere/m.onnx"),
  ]

  @Test func misuseHasItsStatusAndWritesNothing() throws {
    try withPlan { folder, plan in
      let model = folder.appendingPathComponent("m.onnx").path
      for misuse in Self.misuses {
        let words = misuse.words.map { $0 == "PLAN" ? plan : $0 == "OUT" ? model : $0 }
        let result = try Tool.run(["export"] + words)
        #expect(result.status == misuse.status, "\(misuse.testDescription): \(result.errors)")
        #expect(result.errors.contains(misuse.says), "\(misuse.testDescription): \(result.errors)")
        #expect(result.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: model))
      }
    }
  }

  @Test(
    .enabled(if: Python.has("numpy", "safetensors", "onnx", "onnxruntime", "openvino"), "the engines are not installed")
  )
  func otherEnginesComputeTheSame() throws {
    let models = [
      "Tests/Fixtures/models/every-step.yaml", "Tests/Fixtures/golden/mini-c.yaml", "models-yaml/gelan-t.yaml",
    ]
    let result = try Python.run(["Tests/Tools/check_onnx.py", "--gelan", Tool.path] + models)
    #expect(result.status == 0, "\(result.output)\n\(result.errors)")
    #expect(result.output.contains("everything agrees"))
  }
}
