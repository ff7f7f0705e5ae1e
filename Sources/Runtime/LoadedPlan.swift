import ModelIR
import Tensors

/// Why a plan cannot be opened or run.
package struct ModelError: Error, Sendable, Hashable {
  /// One sentence.
  package let description: String
  /// Whether a file could not be read at all.
  package let isFileError: Bool

  package init(_ description: String) {
    self.description = description
    isFileError = false
  }

  package init(_ error: TensorFileError) {
    description = error.description
    isFileError = error.isFileError
  }
}

/// A plan with its weights, ready for sessions.
///
/// Contract of this module: a plan file comes in, tensors come out.
///
/// **Invariant:** knows no YAML, no training graph and no image files.
package struct LoadedPlan: Sendable {
  package let plan: Plan
  package let weights: Weights

  /// - Parameter plan: A verified plan whose weights are all stored tensors in `tensors`.
  package init(plan: Plan, tensors: [(name: String, tensor: Tensor)]) {
    self.plan = plan
    weights = Weights(tensors)
  }

  /// Opens a plan file: checks all of it but the values of the weights, maps those, copies nothing that is stored as
  /// F32; sessions lay the weights of convolutions out for their kernels.
  package init(path: String) throws(ModelError) {
    let file: TensorFile
    do {
      file = try TensorFile(path: path)
    } catch {
      throw ModelError(error)
    }
    try self.init(file)
  }

  /// Opens a plan file that is mapped already.
  package init(_ file: TensorFile) throws(ModelError) {
    plan = try PlanFile.readPlan(file)
    weights = try Weights(for: plan, in: file)
  }

  /// Whether a file holds tensors, a plan or not.
  package static func isTensorFile(_ path: String) -> Bool { (try? TensorFile(path: path)) != nil }

  /// Whether a file says that it is a plan.
  package static func isPlan(_ file: TensorFile) -> Bool { file.metadata[PlanFile.Key.plan] != nil }
}
