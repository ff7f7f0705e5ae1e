import ModelIR
import Tensors

/// The weights of a plan in memory: mapped from its file where the file allows it, copied otherwise.
///
/// Many sessions may share one set.
package final class Weights: Sendable {
  /// Keeps the mapping alive that the pointers lead into.
  private let file: TensorFile?
  nonisolated(unsafe) private let pointers: [String: UnsafeBufferPointer<Float>]
  nonisolated(unsafe) private let owned: [UnsafeMutableBufferPointer<Float>]

  /// The weights that `plan` names, from its file.
  package init(for plan: Plan, in file: TensorFile) throws(ModelError) {
    var pointers: [String: UnsafeBufferPointer<Float>] = [:]
    var owned: [UnsafeMutableBufferPointer<Float>] = []
    var failure: ModelError?
    for use in plan.parameters {
      guard case .stored(let name) = use.expression else {
        failure = ModelError(
          "\(file.path): the plan has a weight that was never computed, \(use.expression.description)")
        break
      }
      guard let entry = file[name], entry.shape == use.shape else {
        failure = ModelError("\(file.path): the plan needs the weight '\(name)' of shape \(use.shape)")
        break
      }
      if pointers[name] != nil { continue }
      if let mapped = file.mappedFloats(name) {
        pointers[name] = mapped
        continue
      }
      do {
        let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: entry.count)
        owned.append(copy)
        _ = copy.initialize(from: try file.floats(name))
        pointers[name] = UnsafeBufferPointer(copy)
      } catch {
        failure = ModelError(error.description)
        break
      }
    }
    if let failure {
      for buffer in owned { buffer.deallocate() }
      throw failure
    }
    self.file = file
    self.pointers = pointers
    self.owned = owned
  }

  /// Weights that are in memory already.
  package init(_ tensors: [(name: String, tensor: Tensor)]) {
    file = nil
    var pointers: [String: UnsafeBufferPointer<Float>] = [:]
    var owned: [UnsafeMutableBufferPointer<Float>] = []
    for (name, tensor) in tensors {
      let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.values.count)
      _ = copy.initialize(from: tensor.values)
      owned.append(copy)
      pointers[name] = UnsafeBufferPointer(copy)
    }
    self.pointers = pointers
    self.owned = owned
  }

  deinit {
    for buffer in owned { buffer.deallocate() }
  }

  /// The numbers of a weight, row-major; valid as long as this object lives.
  subscript(expression: ParameterExpression) -> UnsafePointer<Float> {
    guard case .stored(let name) = expression, let base = pointers[name]?.baseAddress else {
      preconditionFailure("A plan's weights were checked when it was opened.")
    }
    return base
  }
}
