import Elements
import JSON
import PyTorch
import Runtime
import Tensors

/// All that a checkpoint holds, of PyTorch's formats or as safetensors: tensors of every type, and what is said of them.
struct CheckpointContent {
  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    let count: Int
  }

  let path: String
  /// What the file is, in words.
  let format: String
  let tensors: [Entry]
  let facts: CheckpointFacts
  /// The free texts of a safetensors file, or the facts as such.
  let metadata: [String: String]
  /// The models that a PyTorch file has, and the one that this is.
  let keys: [String]
  let key: String?
  private let load: (String) throws(TensorFileError) -> [UInt8]
  private let widen: (String) throws(TensorFileError) -> Tensor

  init(_ path: String, key wanted: String?) throws(CommandFailure) {
    self.path = path
    if PyTorchFile.isCheckpoint(path: path) {
      let file = try PyTorchFile.open(path)
      key = try chosenKey(wanted, of: file)
      keys = file.keys
      let model: PyTorchModel
      do throws(TensorFileError) { model = try file.model(key) } catch { throw CommandFailure(error) }
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
      guard wanted == nil else {
        throw .usage("--checkpoint-key is for PyTorch's files, and '\(path)' has one set of tensors")
      }
      let file = try openTensorFile(path)
      (key, keys) = (nil, [])
      format = InferenceModel.isPlan(file) ? "plan, a safetensors file" : "safetensors file"
      tensors = file.entries.map { Entry(name: $0.name, type: $0.type, shape: $0.shape, count: $0.count) }
      var facts = CheckpointFacts(metadata: file.metadata)
      if InferenceModel.isPlan(file) { facts.takeClasses(ofPlan: file.metadata) }
      self.facts = facts
      metadata = file.metadata
      load = { (name) throws(TensorFileError) in file.mappedBytes(name).map { Array($0) } ?? [] }
      widen = { (name) throws(TensorFileError) in try file.tensor(name) }
    }
  }

  /// The bytes of a tensor, in row-major order.
  func bytes(_ name: String) throws(TensorFileError) -> [UInt8] { try load(name) }

  /// A tensor with its elements as `Float`.
  func tensor(_ name: String) throws(TensorFileError) -> Tensor { try widen(name) }
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
