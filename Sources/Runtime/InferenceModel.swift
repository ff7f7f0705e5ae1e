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
package struct InferenceModel: Sendable {
  package let plan: Plan
  package let weights: Weights

  /// The key of the plan's text in the metadata of its safetensors file.
  private static let planKey = "gelan.plan"

  /// - Parameter plan: A verified plan whose weights are all stored tensors in `tensors`.
  package init(plan: Plan, tensors: [(name: String, tensor: Tensor)]) {
    self.plan = plan
    weights = Weights(tensors)
  }

  /// Opens a plan file: checks all of it, maps the weights, copies nothing.
  package init(path: String) throws(ModelError) {
    let file: TensorFile
    do {
      file = try TensorFile(path: path)
    } catch {
      throw ModelError(error)
    }
    plan = try Self.readPlan(file)
    weights = try Weights(for: plan, in: file)
  }

  /// Whether a file holds tensors, a plan or not.
  package static func isTensorFile(_ path: String) -> Bool { (try? TensorFile(path: path)) != nil }

  /// Whether a file says that it is a plan.
  package static func isPlan(_ file: TensorFile) -> Bool { file.metadata[planKey] != nil }

  private static func readPlan(_ file: TensorFile) throws(ModelError) -> Plan {
    guard let text = file.metadata[planKey] else {
      throw ModelError("\(file.path): this file holds tensors and no plan; 'gelan compile' writes plans")
    }
    let plan: Plan
    do {
      plan = try Plan(text: text)
    } catch {
      let line = error.line.map { "line \($0) of the plan: " } ?? ""
      throw ModelError("\(file.path): \(line)\(error.message)")
    }
    do {
      try plan.verify()
    } catch {
      throw ModelError("\(file.path): the plan cannot be run: \(error.message)")
    }
    return plan
  }

  /// Writes a plan file: a safetensors file with the plan in its metadata.
  package static func write(
    plan: Plan, tensors: [(name: String, tensor: Tensor)], path: String, metadata: [String: String] = [:]
  ) throws(TensorFileError) {
    var metadata = metadata
    metadata[planKey] = plan.description
    try writeTensorFile(path: path, tensors: tensors, metadata: metadata)
  }
}
