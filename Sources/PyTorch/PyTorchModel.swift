import Elements
import Files
import Tensors

/// A model of a checkpoint: its tensors under their names in the state dictionary, and the facts recorded beside them.
package struct PyTorchModel: Sendable {
  /// The name of the file in messages.
  package let path: String
  /// The tensors in the order of the state dictionary; each name occurs once.
  package let tensors: [(name: String, tensor: TensorView)]
  package let facts: CheckpointFacts
  /// Whether it was saved as modules and not as a state dictionary.
  package let isModuleTree: Bool
  /// The ε of the batch normalisations, each value once; empty for a state dictionary, which does not record it.
  package let epsilons: Set<Double>
  private let file: StorageFile
  private let positions: [String: Int]

  init(_ value: PickleValue, in file: StorageFile) throws(TensorFileError) {
    self.file = file
    path = file.path
    isModuleTree = ModuleWalk.isModule(value)
    let walk: ModuleWalk
    do throws(Refusal) {
      walk = try ModuleWalk(value)
    } catch {
      throw TensorFileError(file.path, "it cannot be a model: \(error.reason)")
    }
    if let (name, reason) = walk.refusals.first { throw Self.fault(name, reason, file) }
    var positions: [String: Int] = [:]
    var tensors: [(name: String, tensor: TensorView)] = []
    var total = 0
    for (name, tensor) in walk.tensors {
      do throws(Refusal) { try file.check(tensor) } catch { throw Self.fault(name, error.reason, file) }
      // Views may repeat elements, and tensors may share storages, but the total is limited by the size of the file.
      let (sum, overflows) = total.addingReportingOverflow(tensor.count)
      guard !overflows, sum <= max(1 << 20, file.byteCount * 4) else {
        throw Self.fault(name, "has more elements than the size of the file allows", file)
      }
      total = sum
      if let known = positions[name] {
        tensors[known].tensor = tensor  // as in a dictionary, the last one is kept
      } else {
        positions[name] = tensors.count
        tensors.append((name, tensor))
      }
    }
    self.tensors = tensors
    self.positions = positions
    facts = CheckpointFacts(value, in: file)
    epsilons = walk.epsilons
  }

  /// The elements of a tensor as `Float`.
  ///
  /// - Throws: `TensorFileError` when there is no such tensor, its elements are no floating-point numbers, or it is
  ///   damaged.
  package func tensor(_ name: String) throws(TensorFileError) -> Tensor {
    let stored = try stored(name)
    let values = try withBytes(of: name) { widened($0, from: stored.type) }
    guard let values else {
      throw Self.fault(name, "holds \(stored.type.safetensorsName), not floating-point numbers", file)
    }
    return Tensor(shape: stored.shape, values: values)
  }

  /// Calls a function with the elements of a tensor of any type, in row-major order.
  package func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(TensorFileError) -> Result {
    let stored = try stored(name)
    do throws(Refusal) {
      return try file.withElements(of: stored, body)
    } catch {
      throw Self.fault(name, error.reason, file)
    }
  }

  private func stored(_ name: String) throws(TensorFileError) -> TensorView {
    guard let position = positions[name] else { throw TensorFileError(path, "there is no tensor \(quoted(name))") }
    return tensors[position].tensor
  }

  private static func fault(_ name: String, _ reason: String, _ file: StorageFile) -> TensorFileError {
    TensorFileError(file.path, "tensor \(quoted(name)) \(reason)")
  }
}
