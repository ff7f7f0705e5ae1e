import Foundation
import TestSupport
import Testing

/// The promises that the README makes about the sources.
@Suite struct ArchitectureTests {
  /// What each folder of `Sources` may import beside the C library.
  static let imports: [(folder: String, allowed: Set<String>)] = [
    ("Diagnostics", []),
    ("ModelSyntax", ["Diagnostics", "CYAML"]),
    ("ModelIR", []),
    ("Compiler", ["Diagnostics", "ModelSyntax", "ModelIR", "Tensors"]),
    ("Compiler/Passes", ["ModelIR"]),
    ("Compiler/Plan", ["ModelIR"]),
    ("Compiler/Count", ["ModelIR"]),
    ("Compiler/Bind", ["ModelIR", "Tensors"]),
    ("KernelInterface", ["Elements"]),
    ("VectorCode", ["CProcessor", "Elements", "KernelInterface"]),
    (
      "Kernels",
      [
        "CProcessor", "Elements", "KernelInterface", "VectorCodeBaseline", "VectorCodeAVX2", "VectorCodeAVX512",
        "VectorCodeAVX512BF16", "Synchronization",
      ]
    ),
    (
      "Runtime",
      ["Elements", "Files", "JSON", "ModelIR", "KernelInterface", "Kernels", "Tensors", "Synchronization"]
    ),
    ("Elements", []),
    ("Files", []),
    ("JSON", ["Files"]),
    ("Tensors", ["Elements", "Files", "JSON"]),
    ("PyTorch", ["Elements", "Files", "JSON", "Tensors", "CZlib", "Synchronization"]),
    ("Detection", ["CTurboJPEG", "CPNG"]),
    ("Evaluation", ["JSON"]),
    (
      "GelanRuntime",
      ["Detection", "Elements", "Files", "KernelInterface", "Kernels", "ModelIR", "Runtime", "Tensors"]
    ),
    (
      "GelanCompiler",
      [
        "Compiler", "Diagnostics", "Elements", "Files", "JSON", "Kernels", "ModelIR", "ModelSyntax", "PyTorch",
        "Runtime", "Synchronization", "Tensors",
      ]
    ),
    ("ExampleDetect", ["GelanRuntime"]),
    ("ExampleCompile", ["GelanCompiler"]),
    ("ONNX", ["Elements", "Files", "ModelIR", "Tensors"]),
  ]

  @Test(arguments: imports)
  func foldersImportWhatTheyMay(_ folder: String, _ allowed: Set<String>) throws {
    for (file, text) in try sources(in: folder) {
      for line in text.split(separator: "\n").map({ $0.drop { $0 == " " } }) where line.hasPrefix("import ") {
        let module = String(line.dropFirst("import ".count))
        #expect(module == "Glibc" || allowed.contains(module), "\(file) imports \(module)")
      }
    }
  }

  @Test func noPassNamesABlock() throws {
    let blocks = ["RepConv", "RepNCSP", "ELAN", "CBLinear", "CBFuse", "DDetect", "ADown", "AConv"]
    for (file, text) in try sources(in: "Compiler/Passes") {
      let code = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
      for block in blocks { #expect(!code.contains(block), "\(file) names \(block)") }
    }
  }

  /// The Swift files below a folder, at least one.
  private func sources(in folder: String) throws -> [(file: String, text: String)] {
    let root = Fixtures.root.appendingPathComponent("Sources/\(folder)")
    let files =
      FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    let swift = files.filter { $0.pathExtension == "swift" }
    #expect(!swift.isEmpty)
    return try swift.map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
  }
}
