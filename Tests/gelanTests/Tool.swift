import Foundation
import TestSupport

/// The built tool, run as a person or a script runs it.
enum Tool {
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard output, each read as a JSON object.
    var objects: [[String: Any]] {
      get throws {
        try output.split(separator: "\n").map { line in
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }
      }
    }
  }

  /// The executable that the build put beside the tests.
  static let path = builtExecutable("gelan").path

  /// Runs `gelan` with these words at the root of the repository.
  static func run(_ words: String..., in folder: URL = Fixtures.root) throws -> Result {
    try run(words, in: folder)
  }

  static func run(
    _ words: [String], in folder: URL = Fixtures.root, input: String = "", environment: [String: String] = [:]
  ) throws -> Result {
    try run(URL(fileURLWithPath: path), words, in: folder, input: input, environment: environment)
  }

  /// Runs any program.
  ///
  /// - Parameters:
  ///   - input: what it finds on its standard input.
  ///   - environment: variables beside those of the tests.
  static func run(
    _ program: URL, _ words: [String], in folder: URL, input: String = "", environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = words
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files rather than pipes: a pipe that nobody empties would stop the tool.
    let (inputFile, outputFile, errorFile) = (temporaryFile(), temporaryFile(), temporaryFile())
    try Data(input.utf8).write(to: inputFile)
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    process.waitUntilExit()
    defer {
      for file in [inputFile, outputFile, errorFile] { try? FileManager.default.removeItem(at: file) }
    }
    // A signal has no exit status; make it one that no expectation names.
    let status = process.terminationReason == .exit ? process.terminationStatus : 1000 + process.terminationStatus
    return Result(
      status: status, output: try String(contentsOf: outputFile, encoding: .utf8),
      errors: try String(contentsOf: errorFile, encoding: .utf8))
  }

  private static func temporaryFile() -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("gelan-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: url.path, contents: nil)
    return url
  }
}

/// A folder that is gone after `body`.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gelan-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
