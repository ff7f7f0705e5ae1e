import Tensors

/// The type that a plan's weights are stored in. They are computed with as `Float` in any case.
package enum WeightsType: String, Sendable, CaseIterable {
  case fp32, fp16, bf16

  /// The narrowest type among tensors.
  init(of tensors: [StoredTensor]) {
    let types = Set(tensors.map(\.type))
    self = types.contains(.float16) ? .fp16 : types.contains(.bfloat16) ? .bf16 : .fp32
  }

  /// The narrow type of the elements; nothing for `Float` itself.
  private var narrow: NarrowType? {
    switch self {
    case .fp32: nil
    case .fp16: .float16
    case .bf16: .bfloat16
    }
  }

  /// Tensors as they are to be stored. Biases and other vectors stay F32: they are a thousandth of the file, and every
  /// output of a channel shares their error.
  ///
  /// - Throws: When finite numbers are too large for the type.
  package func stored(_ tensors: [(name: String, tensor: Tensor)]) throws(WeightsOverflow) -> [StoredTensor] {
    var stored: [StoredTensor] = []
    var tooLarge: [WeightsOverflow.Weight] = []
    for (name, tensor) in tensors {
      guard let narrow, tensor.shape.count > 1 else {
        stored.append(StoredTensor(name, tensor))
        continue
      }
      if let narrowed = StoredTensor(name, tensor, as: narrow) {
        stored.append(narrowed)
      } else {
        let largest = tensor.values.lazy.map(\.magnitude).filter(\.isFinite).max() ?? 0
        tooLarge.append(WeightsOverflow.Weight(name: name, largest: largest))
      }
    }
    guard tooLarge.isEmpty else { throw WeightsOverflow(type: self, weights: tooLarge) }
    return stored
  }
}

/// Weights whose numbers a narrow type cannot hold.
package struct WeightsOverflow: Error, Sendable, Hashable {
  package struct Weight: Sendable, Hashable {
    package let name: String
    /// The largest magnitude in it.
    package let largest: Float
  }

  package let type: WeightsType
  package let weights: [Weight]
}
