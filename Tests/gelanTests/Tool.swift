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
  static let executable =
    Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    .deletingLastPathComponent().appendingPathComponent("gelan")
    ?? Fixtures.root.appendingPathComponent(".build/debug/gelan")

  /// Runs `gelan` with these words at the root of the repository.
  static func run(_ words: String..., in folder: URL = Fixtures.root) throws -> Result {
    try run(words, in: folder)
  }

  static func run(_ words: [String], in folder: URL = Fixtures.root) throws -> Result {
    let process = Process()
    process.executableURL = executable
    process.arguments = words
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    // Files rather than pipes: a pipe that nobody empties would stop the tool.
    let (outputFile, errorFile) = (temporaryFile(), temporaryFile())
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    process.waitUntilExit()
    defer {
      try? FileManager.default.removeItem(at: outputFile)
      try? FileManager.default.removeItem(at: errorFile)
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
