import Compiler
import Diagnostics
import ModelIR

/// Checks a model: every name, argument and shape.
///
/// - Returns: Every independent error and warning, in the order of the file; none if the model is without fault.
/// - Throws: `CompilerError.parameter` if the options give a parameter that the model does not have.
public func checkModel(
  _ source: ModelSource, options: ModelOptions = ModelOptions()
) throws(CompilerError) -> [ModelDiagnostic] {
  do throws(CompilerError) {
    return try Model(source, options: options).warnings
  } catch {
    if case .model(let diagnostics) = error { return diagnostics }
    throw error
  }
}

/// A model without faults: a graph whose every shape is known.
///
/// ```swift
/// let model = try Model(ModelSource(path: "gelan-c.yaml"))
/// print(model.report.inference.flops)
/// ```
public struct Model: Sendable {
  package let elaborated: ElaboratedModel

  /// Reads and checks a model.
  ///
  /// - Throws: `CompilerError.model` with every independent fault, `.parameter` if the options give a parameter that the
  ///   model does not have.
  public init(_ source: ModelSource, options: ModelOptions = ModelOptions()) throws(CompilerError) {
    elaborated = try ElaboratedModel(source, options, classCount: options.classCount)
  }

  /// The model's name.
  public var name: String { elaborated.graph.name }

  /// The names of the classes, by their index.
  public var classNames: [String] { elaborated.graph.classNames }

  /// What is legal in the model and suspicious.
  public var warnings: [ModelDiagnostic] { elaborated.warnings.map(ModelDiagnostic.init) }

  /// What the model costs, for each row and in total.
  public var report: CostReport {
    CostReport(ModelReport(elaborated.graph, optimized: optimize(elaborated.graph)))
  }
}
