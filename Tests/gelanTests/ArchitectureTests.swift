import Foundation
import TestSupport
import Testing

/// What the article on architecture says about the sources.
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
    ("Microkernels", ["CProcessor", "Elements", "KernelInterface"]),
    (
      "Kernels",
      [
        "CProcessor", "Elements", "KernelInterface", "MicrokernelsBaseline", "MicrokernelsAVX2", "MicrokernelsAVX512",
        "MicrokernelsAVX512BF16", "Synchronization",
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

  /// The folders of the command line in the order in which they depend on each other.
  static let rooms = [
    ["CommandLine"], ["Completion", "Schema", "Report"], ["Detect"], ["Validate"], ["Check"], ["Commands"],
  ]

  @Test func foldersOfTheToolDependOneWay() throws {
    for (index, level) in Self.rooms.enumerated() {
      for folder in level {
        let forbidden = Self.rooms[(index + 1)...].joined() + level.filter { $0 != folder }
        let names = try Set(forbidden.flatMap { try sources(in: "gelan/\($0)").flatMap { declaredNames($0.text) } })
        for (file, text) in try sources(in: "gelan/\(folder)") {
          let words = Set(codeWords(text))
          #expect(words.isDisjoint(with: names), "\(folder)/\(file) uses \(words.intersection(names))")
        }
      }
    }
    let commands = try sources(in: "gelan/Commands")
    for (file, text) in commands { #expect(text.contains("= Command("), "\(file) is no command") }
  }

  /// The types that a file declares.
  private func declaredNames(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").filter { $0 != "final" }
      guard words.count > 1, ["struct", "enum", "class"].contains(words[0]), line.first != " " else { return nil }
      return String(words[1].prefix { $0.isLetter || $0.isNumber })
    }
  }

  /// The words of a file outside of comments that begin with a capital letter.
  private func codeWords(_ text: String) -> [String] {
    text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.flatMap { line in
      line.split { !$0.isLetter && !$0.isNumber }.filter { $0.first?.isUppercase == true }.map(String.init)
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
