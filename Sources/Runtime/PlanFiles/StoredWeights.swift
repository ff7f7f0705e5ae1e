import Elements
import Tensors

extension ElementType {
  /// The types that a plan's weights may be stored in. Sessions widen them to fp32 when they open a plan.
  package static let ofWeights: [ElementType] = [.fp32, .fp16, .bf16]

  /// The narrowest type among a plan's weights.
  init(ofWeights tensors: [StoredTensor]) {
    let types = Set(tensors.map(\.type))
    self = types.contains(.fp16) ? .fp16 : types.contains(.bf16) ? .bf16 : .fp32
  }
}

/// A plan's weights as they are to be stored. Biases and other vectors stay fp32: they are a thousandth of the file, and
/// every output of a channel shares their error.
///
/// - Parameter type: One of `ElementType.ofWeights`.
/// - Throws: If finite numbers are too large for the type.
package func storedWeights(
  _ tensors: [(name: String, tensor: Tensor)], as type: ElementType
) throws(WeightsOverflow) -> [StoredTensor] {
  var stored: [StoredTensor] = []
  var tooLarge: [WeightsOverflow.Weight] = []
  for (name, tensor) in tensors {
    if let weights = StoredTensor(name, tensor, as: tensor.shape.count > 1 ? type : .fp32) {
      stored.append(weights)
    } else {
      let largest = tensor.values.lazy.map(\.magnitude).filter(\.isFinite).max() ?? 0
      tooLarge.append(WeightsOverflow.Weight(name: name, largest: largest))
    }
  }
  guard tooLarge.isEmpty else { throw WeightsOverflow(type: type, weights: tooLarge) }
  return stored
}

/// Weights whose values a narrow type cannot hold.
package struct WeightsOverflow: Error, Sendable, Hashable {
  package struct Weight: Sendable, Hashable {
    package let name: String
    /// The largest magnitude in it.
    package let largest: Float
  }

  package let type: ElementType
  package let weights: [Weight]
}
