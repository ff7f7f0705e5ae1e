import Diagnostics
import Files
import Glibc

/// Where the tool prints: results to standard output, diagnostics and progress to standard error.
enum Terminal {
  /// Prints a result. A reader that goes away early, as `head` does, ends the program quietly.
  static func print(_ text: String) {
    do throws(FileError) {
      if try !printPart(text + "\n") { exit(0) }
    } catch {
      note("gelan: \(error.description)")
      exit(CommandFailure.file("").status)
    }
  }

  /// Prints a part of a result, with its own line ends.
  ///
  /// - Returns: whether there is still a reader.
  static func printPart(_ text: String) throws(FileError) -> Bool {
    let error = write(text, to: STDOUT_FILENO)
    guard error == 0 || error == EPIPE else { throw FileError("write", "/dev/stdout", code: error) }
    return error == 0
  }

  /// Prints a remark for the person.
  static func note(_ text: String) {
    _ = write(text + "\n", to: STDERR_FILENO)
  }

  static func report(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    note(TextRenderer(colour: hasColour).render(diagnostics))
  }

  /// Whether standard error is a terminal whose person has not asked for plain text (https://no-color.org).
  static var hasColour: Bool { hasColour(STDERR_FILENO) }

  /// Whether standard output is such a terminal.
  static var outputHasColour: Bool { hasColour(STDOUT_FILENO) }

  /// Whether results and progress share a terminal.
  static var showsOutput: Bool { isatty(STDOUT_FILENO) == 1 }

  private static func hasColour(_ descriptor: Int32) -> Bool {
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    return isatty(descriptor) == 1 && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
  }

  /// Whether standard error is a terminal that can show progress on one line.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// Shows `text` in place of the last progress line.
  static func progress(_ text: String) {
    if showsProgress { _ = write("\r\u{1B}[K" + text, to: STDERR_FILENO) }
  }

  /// Returns 0, or why not all was written.
  private static func write(_ text: String, to descriptor: Int32) -> CInt {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      bytes = bytes.dropFirst(count)
    }
    return 0
  }
}
