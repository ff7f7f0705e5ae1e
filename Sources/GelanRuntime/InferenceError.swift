import Detection
import Files
import Runtime

/// Why a plan, an image or a size was refused.
///
/// Bad input of every kind ends here: no file, however damaged, stops the program.
public enum InferenceError: Error, Sendable, Hashable {
  /// A file cannot be read or written.
  case file(String)
  /// A file is not a plan, or this library cannot run it as requested.
  case plan(String)
  /// An image is damaged, of a format other than JPEG and PNG, or too large.
  case image(String)
  /// A plan cannot be run on an input of this size.
  case size(String)
  /// This processor cannot compute in the requested precision.
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

  /// - Parameter path: The image's file, if it has one.
  init(_ error: ImageError, path: String? = nil) {
    self = .image((path.map { "\($0): " } ?? "") + error.description)
  }
}
