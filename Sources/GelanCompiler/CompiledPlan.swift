import Compiler
import Files
import ModelIR
import Runtime
import Tensors

/// A plan with its weights, in memory.
public struct CompiledPlan: Sendable {
  package let bound: BoundPlan
  package let costs: ModelReport
  let stored: [StoredTensor]
  let metadata: [String: String]

  /// Warnings about the model.
  public let warnings: [ModelDiagnostic]
  /// What is worth knowing about the plan.
  public let notes: [CompileNote]
  /// How far the plan is from the training graph, in words; `nil` if they were not compared.
  public let verification: String?
  /// How far narrow weights move the outputs, in words; `nil` if weights are fp32.
  public let narrowing: String?

  /// What the model costs.
  public var report: CostReport { CostReport(costs) }

  /// The names of the classes, by their index.
  public var classNames: [String] { bound.plan.classNames }

  /// The number of steps.
  public var stepCount: Int { bound.plan.steps.count }

  /// Writes the plan file; it appears complete or not at all.
  ///
  /// - Throws: `CompilerError.file` if it cannot be written.
  public func write(to path: String) throws(CompilerError) {
    do throws(TensorFileError) {
      try PlanFile.write(plan: bound.plan, tensors: stored, path: path, metadata: metadata)
    } catch {
      throw error.isFileError ? .file(error.description) : .plan(error.description)
    }
  }
}
