import Compiler
import Diagnostics
import ModelIR
import ModelSyntax

/// What a model is built for, in place of what its file says.
public struct ModelOptions: Sendable {
  /// The number of classes, from 1 to 100,000; `nil` for the file's own.
  public var classCount: Int?
  /// The size of the input; `nil` for the file's own.
  public var input: Size?
  /// Values for the model's parameters.
  public var parameters: [Parameter]
  /// Where included files come from.
  public var includes: IncludeProvider

  public init(
    classCount: Int? = nil, input: Size? = nil, parameters: [Parameter] = [], includes: IncludeProvider = .files
  ) {
    self.classCount = classCount
    self.input = input
    self.parameters = parameters
    self.includes = includes
  }

  /// A size in pixels, each side from 1 to 65,536.
  public struct Size: Sendable, Hashable {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// A value for a parameter of the model, as `--set width=0.5` gives one.
  public struct Parameter: Sendable, Hashable {
    public var name: String
    /// An expression of the model language, such as `0.5` or `[64, 128]`.
    public var value: String
    /// What messages call it.
    package var title = "parameter"

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}

extension ModelOptions {
  /// The parameters' values, read.
  func settings() throws(CompilerError) -> [ParameterSetting] {
    var settings: [ParameterSetting] = []
    for parameter in parameters {
      do throws(CompileFailure) {
        settings.append(try ParameterSetting("\(parameter.name)=\(parameter.value)", title: parameter.title))
      } catch {
        throw .parameter(error.diagnostics[0].settingText)
      }
    }
    return settings
  }
}

extension Diagnostic {
  /// A fault of a parameter's value, in one sentence with hints.
  package var settingText: String {
    let file = primary.range.file
    return (["\(file.name) \(file.range.text): \(message)"] + (help.isEmpty ? notes : help)).joined(separator: "; ")
  }
}
