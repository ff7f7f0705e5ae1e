import Detection
import Files
import Runtime

/// Why a plan, a picture or a size was refused.
///
/// Bad input of every kind ends here: no file, however damaged, stops the program.
public enum InferenceError: Error, Sendable, Hashable {
  /// A file cannot be read or written.
  case file(String)
  /// A file is no plan, or not one that this library can run in the way that was asked for.
  case plan(String)
  /// A picture is damaged, of a format other than JPEG and PNG, or too large.
  case image(String)
  /// A plan cannot be run on an input of this size.
  case size(String)
  /// This processor cannot compute in the precision that was asked for.
  case precision(String)
}

extension InferenceError: CustomStringConvertible {
  /// One sentence that names the file, if there is one.
  public var description: String {
    switch self {
    case .file(let text), .plan(let text), .image(let text), .size(let text), .precision(let text): text
    }
  }
}

extension InferenceError {
  init(opening error: ModelError) {
    self = error.isFileError ? .file(error.description) : .plan(error.description)
  }

  init(_ error: FileError) { self = .file(error.description) }

  /// - Parameter path: The file that the picture is in, if it is in one.
  init(_ error: ImageError, path: String? = nil) {
    self = .image((path.map { "\($0): " } ?? "") + error.description)
  }
}
