import Elements
import JSON
import PyTorch
import Runtime
import Tensors

/// All that a checkpoint holds, of PyTorch's formats or as safetensors: tensors of every type, and what is said of them.
package struct CheckpointContent {
  package struct Entry {
    package let name: String
    package let type: ElementType
    package let shape: [Int]
    package let count: Int
  }

  package let path: String
  /// What the file is, in words.
  package let format: String
  package let tensors: [Entry]
  package let facts: CheckpointFacts
  /// The free texts of a safetensors file, or the facts as such.
  package let metadata: [String: String]
  /// The models that a PyTorch file has, and the one that this is.
  package let keys: [String]
  package let key: String?
  /// Which models are left, if nobody chose; otherwise `nil`.
  package let keyNote: String?
  private let load: (String) throws(TensorFileError) -> [UInt8]
  private let widen: (String) throws(TensorFileError) -> Tensor

  package init(_ path: String, key wanted: String?) throws(CompilerError) {
    self.path = path
    if PyTorchFile.isCheckpoint(path: path) {
      let file = try openPyTorchFile(path)
      let chosen = try CheckpointKey(wanted, of: file)
      (key, keyNote) = (chosen.key, chosen.note)
      keys = file.keys
      let model: PyTorchModel
      do throws(TensorFileError) { model = try file.model(key) } catch { throw CompilerError(error) }
      format =
        "PyTorch checkpoint (\(file.form)), " + (model.isModuleTree ? "a tree of modules" : "a state dictionary")
      tensors = model.tensors.map {
        Entry(name: $0.name, type: $0.tensor.type, shape: $0.tensor.shape, count: $0.tensor.count)
      }
      facts = model.facts
      metadata = model.facts.metadata
      load = { (name) throws(TensorFileError) in try model.withBytes(of: name) { Array($0) } }
      widen = { (name) throws(TensorFileError) in try model.tensor(name) }
    } else {
      try refuseKey(wanted, path)
      let file: TensorFile
      do throws(TensorFileError) { file = try TensorFile(path: path) } catch { throw CompilerError(error) }
      (key, keyNote, keys) = (nil, nil, [])
      format = LoadedPlan.isPlan(file) ? "plan, a safetensors file" : "safetensors file"
      tensors = file.entries.map { Entry(name: $0.name, type: $0.type, shape: $0.shape, count: $0.count) }
      var facts = CheckpointFacts(metadata: file.metadata)
      if LoadedPlan.isPlan(file) { facts.takeClasses(ofPlan: file.metadata) }
      self.facts = facts
      metadata = file.metadata
      load = { (name) throws(TensorFileError) in file.mappedBytes(name).map { Array($0) } ?? [] }
      widen = { (name) throws(TensorFileError) in try file.tensor(name) }
    }
  }

  /// The bytes of a tensor, in row-major order.
  package func bytes(_ name: String) throws(TensorFileError) -> [UInt8] { try load(name) }

  /// A tensor with its elements as `Float`.
  package func tensor(_ name: String) throws(TensorFileError) -> Tensor { try widen(name) }
}

extension CheckpointFacts {
  /// Takes the classes that the metadata of a plan lists.
  fileprivate mutating func takeClasses(ofPlan metadata: [String: String]) {
    let list = metadata[PlanFile.Key.classes].flatMap { try? JSONValue.parse(Array($0.utf8)) }?.arrayValue ?? []
    let names = list.compactMap(\.stringValue)
    guard !names.isEmpty, names.count == list.count else { return }
    (classNames, classCount) = (names, names.count)
  }
}
