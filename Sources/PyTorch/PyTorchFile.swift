import Files
import Tensors

/// A PyTorch checkpoint (`.pt`, `.pth`): one or more models, each as tensors by their names in its state dictionary.
package struct PyTorchFile: Sendable {
  /// The name of the file in messages.
  package let path: String
  /// The keys of the models in the file; empty when the whole file is one model.
  package let keys: [String]
  private let file: StorageFile
  private let models: [PickleValue]

  /// Whether the first bytes are those of a PyTorch checkpoint.
  package static func isCheckpoint(path: String) -> Bool {
    guard let file = try? FileBytes(mapping: path) else { return false }
    return StorageFile.isKnown(file.bytes)
  }

  package init(path: String) throws(TensorFileError) {
    let bytes: FileBytes
    do throws(FileError) {
      bytes = try FileBytes(mapping: path)
    } catch {
      throw TensorFileError(error)
    }
    try self.init(bytes, path: path)
  }

  /// Reads a file that is already in memory.
  ///
  /// - Parameter name: The name of the file in messages.
  package init(bytes: [UInt8], name: String = "memory") throws(TensorFileError) {
    try self.init(FileBytes(copying: bytes), path: name)
  }

  private init(_ bytes: FileBytes, path: String) throws(TensorFileError) {
    self.path = path
    file = try StorageFile(bytes, path: path)
    let root = PickleValue(file.pickle, file.pickle.root)
    if Self.isModel(root) {
      (keys, models) = ([], [root])
    } else {
      let found = Self.models(in: root)
      (keys, models) = (found.map(\.key), found.map(\.value))
      guard !found.isEmpty else {
        throw TensorFileError(path, "there is no model in this file: neither a state dictionary nor a tree of modules")
      }
    }
  }

  /// The format of the file.
  package var form: String { file.form.rawValue }

  /// The key of the default model: that of an exponential moving average before that of the model itself; `nil` when it
  /// cannot be determined.
  package var preferredKey: String? { Self.preferred(of: keys) }

  /// The first of the usual keys; a model may be nested, as in `ema.module`.
  static func preferred(of keys: [String]) -> String? {
    let known = ["ema", "model_ema", "ema_state_dict", "state_dict_ema", "model", "state_dict", "model_state_dict"]
    for word in known {
      if keys.contains(word) { return word }
      let deeper = keys.filter { $0.hasPrefix(word + ".") }
      if deeper.count == 1 { return deeper[0] }
    }
    return keys.count == 1 ? keys[0] : nil
  }

  /// The model with the given key.
  ///
  /// - Parameter key: One of `keys`; `nil` when there are none.
  package func model(_ key: String?) throws(TensorFileError) -> PyTorchModel {
    let position = key.flatMap { keys.firstIndex(of: $0) } ?? 0
    return try PyTorchModel(models[position], in: file)
  }

  private static func isModel(_ value: PickleValue) -> Bool {
    ModuleWalk.isModule(value) || ModuleWalk.isStateDictionary(value)
  }

  /// The models among a dictionary's members, or among theirs, with their keys: `ema`, `state.model`.
  private static func models(in root: PickleValue) -> [(key: String, value: PickleValue)] {
    // Checkpoints have about ten members on either level; examining each takes time.
    let limit = 200
    var found: [(key: String, value: PickleValue)] = []
    for (key, value) in (root.members ?? .none(of: root)).prefix(limit) {
      guard let name = key.text else { continue }
      if isModel(value) {
        found.append((name, value))
        continue
      }
      for (key, value) in (value.members ?? .none(of: root)).prefix(limit) {
        if let inner = key.text, isModel(value) { found.append((name + "." + inner, value)) }
      }
    }
    return found
  }
}
