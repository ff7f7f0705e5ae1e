import Files
import GelanRuntime
import JSON

/// Where results go.
enum ResultDestination {
  case standardOutput
  /// A file that grows as pictures are done, and that a later call can continue.
  case lines(path: String, continues: Bool)
  /// A file that appears when all is done.
  case whole(path: String)
  /// A file for each picture, which workers write.
  case folder

  /// Performs a run and writes its reports as they come.
  ///
  /// - Parameter run: what to perform, given how often each picture is in the output already.
  func write(
    _ format: ResultFormat, _ run: (_ present: [String: Int]) -> DetectionRun
  ) throws(FileError) -> DetectionRun.Outcome {
    var text = ResultText(format)
    switch self {
    case .standardOutput:
      guard try Terminal.printPart(format.opening) else { return .init(lostReader: true) }
      let outcome = run([:]).perform(prints: true) { (report) throws(FileError) in
        try Terminal.printPart(text.piece(for: report))
      }
      // An array that was begun is closed, whatever stopped the run.
      if outcome.lostReader { return outcome }
      return try Terminal.printPart(format.closing) ? outcome : .init(lostReader: true)
    case .lines(let path, let continues):
      var present: [String: Int] = [:]
      let file: LineFile
      if continues {
        file = try LineFile(continuing: path, start: #"{"image":"#) { (line, number) throws(FileError) in
          guard let image = (try? JSONValue.parse(line))?["image"]?.stringValue else {
            throw FileError("continue", path, reason: "line \(number) is no result of 'gelan detect --format jsonl'")
          }
          present[image, default: 0] += 1
        }
      } else {
        file = try LineFile(emptying: path)
      }
      return run(present).perform { (report) throws(FileError) in
        try file.append(text.piece(for: report))
        return true
      }
    case .whole(let path):
      var outcome = DetectionRun.Outcome()
      try writeFileAtomically(path: path) { (writer) throws(FileError) in
        try writer.write(format.opening)
        outcome = run([:]).perform { (report) throws(FileError) in
          try writer.write(text.piece(for: report))
          return true
        }
        try writer.write(format.closing)
      }
      return outcome
    case .folder:
      return run([:]).perform { _ in true }
    }
  }
}
