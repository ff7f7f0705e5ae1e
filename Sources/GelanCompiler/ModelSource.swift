import Diagnostics
import Files
import ModelSyntax
import PyTorch
import Runtime

/// The text of a model, and the name that diagnostics give it.
///
/// ```swift
/// let source = ModelSource(name: "tiny.yaml", text: editor.text)
/// for diagnostic in try checkModel(source) { print(diagnostic) }
/// ```
public struct ModelSource: Sendable {
  package let file: SourceFile

  /// Takes a text from memory.
  ///
  /// - Parameters:
  ///   - name: The path that diagnostics print. Files that the model includes are looked for beside it.
  ///   - text: The model, a YAML document in any of the dialects that `gelan check` reads.
  public init(name: String, text: String) { file = SourceFile(name: name, text: text) }

  /// Takes bytes from memory. Bytes that are not UTF-8 are a diagnostic, not an error here.
  public init(name: String, bytes: [UInt8]) { file = SourceFile(name: name, bytes: bytes) }

  /// Reads a file.
  ///
  /// - Throws: `CompilerError.file` if it cannot be read, `.notAModel` if it is a plan or a file of weights.
  public init(path: String) throws(CompilerError) {
    if LoadedPlan.isTensorFile(path) {
      throw .notAModel("\(path): this is a plan or a file of weights, and a model in YAML is wanted")
    }
    if PyTorchFile.isCheckpoint(path: path) {
      throw .notAModel(
        "\(path): this is a PyTorch checkpoint, and a model in YAML is wanted; 'gelan inspect' shows what it holds")
    }
    do throws(FileError) {
      file = SourceFile(name: path, bytes: try readFile(path: path, limit: YAMLLimits.bytes))
    } catch {
      throw .file(error.description)
    }
  }

  package init(_ file: SourceFile) { self.file = file }

  /// The path or name that diagnostics print.
  public var name: String { file.name }

  /// The text. Bytes that are not UTF-8 are replaced.
  public var text: String { file.text(0..<file.bytes.count) }
}

/// Gives the texts of the files that a model includes.
///
/// A language server answers from its open documents first:
///
/// ```swift
/// let files = IncludeProvider { path in documents[path]?.text ?? IncludeProvider.files.text(path) }
/// ```
public struct IncludeProvider: Sendable {
  package let loader: BlockFileLoader

  /// - Parameter text: Returns the text of a path, or `nil` if there is no such file. The path is relative to what the
  ///   model's own name is relative to.
  public init(_ text: @escaping @Sendable (_ path: String) -> String?) {
    loader = BlockFileLoader { (path) throws(BlockFileLoader.Refusal) in
      guard let text = text(path) else { throw BlockFileLoader.Refusal("there is no file \(Files.quoted(path))") }
      return SourceFile(name: path, text: text)
    }
  }

  private init(_ loader: BlockFileLoader) { self.loader = loader }

  /// Reads files from disk.
  public static let files = IncludeProvider(.files)

  /// Includes nothing: every `include:` is an error.
  public static let none = IncludeProvider(.none)

  /// The text of a path, or `nil` if it cannot be read.
  public func text(_ path: String) -> String? {
    guard let file = try? loader.load(path) else { return nil }
    return file.text(0..<file.bytes.count)
  }
}

extension BlockFileLoader {
  /// Reads included files from disk while the models that include them are read.
  package static let files = BlockFileLoader { (path) throws(Refusal) in
    do throws(FileError) {
      return SourceFile(name: path, bytes: try readFile(path: path, limit: YAMLLimits.bytes))
    } catch {
      throw Refusal(error.description)
    }
  }
}
