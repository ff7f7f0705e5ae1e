import ModelIR
import Tensors

/// A source of weights: tensors by name.
package struct Checkpoint: Sendable {
  /// The shapes of the tensors, by name.
  package let shapes: [String: [Int]]
  private let load: @Sendable (String) throws(TensorFileError) -> Tensor

  /// The tensors of a file in another format.
  package init(
    shapes: [String: [Int]], load: @escaping @Sendable (String) throws(TensorFileError) -> Tensor
  ) {
    self.shapes = shapes
    self.load = load
  }

  /// The tensors of a safetensors file.
  package init(_ file: TensorFile) {
    shapes = Dictionary(file.entries.map { ($0.name, $0.shape) }) { first, _ in first }
    load = { (name) throws(TensorFileError) in try file.tensor(name) }
  }

  /// Random weights for every stored tensor of a graph; the same seed gives the same weights on every machine.
  ///
  /// Each tensor depends only on the seed and its own name, so a model and its stripped form get equal weights. The
  /// scale of the weights keeps the scale of activations stable through many layers.
  package init(randomFor graph: Graph, seed: UInt64) {
    var uses: [String: ParameterUse] = [:]
    for node in graph.nodes {
      for use in node.parameters(in: graph) {
        if case .stored(let name) = use.expression { uses[name] = use }
      }
    }
    shapes = uses.mapValues(\.shape)
    load = { [uses] (name) throws(TensorFileError) in
      guard let use = uses[name] else { preconditionFailure("Only tensors of the graph are asked for.") }
      return randomTensor(name, use, seed: seed)
    }
  }

  package func tensor(_ name: String) throws(TensorFileError) -> Tensor { try load(name) }

  /// Some of the tensors under other names.
  ///
  /// - Parameter names: The current name of each tensor, by its new name.
  func renamed(_ names: [String: String]) -> Checkpoint {
    let kept = names.filter { shapes[$0.value] != nil }
    return Checkpoint(shapes: kept.compactMapValues { shapes[$0] }) { [load] (name) throws(TensorFileError) in
      try load(kept[name] ?? name)
    }
  }
}

private func randomTensor(_ name: String, _ use: ParameterUse, seed: UInt64) -> Tensor {
  var generator = SplitMix64(seed: seed ^ stableHash(name))
  let count = use.shape.reduce(1, *)
  func uniform(_ lower: Float, _ upper: Float) -> [Float] {
    // The upper 24 bits, which a Float represents exactly. The standard library does not guarantee its own mapping.
    (0..<count).map { _ in lower + (upper - lower) * Float(generator.next() >> 40) * 0x1p-24 }
  }
  let values: [Float]
  switch use.role {
  case "projection":
    values = (0..<count).map(Float.init)  // constant in every checkpoint
  case "weight" where use.shape.count == 4:
    // Slightly below Kaiming's bound for the fan-in, so that the magnitude of sums of branches stays bounded.
    let fanIn = Float(use.shape[1] * use.shape[2] * use.shape[3])
    let bound = (5 / max(fanIn, 1)).squareRoot()
    values = uniform(-bound, bound)
  case "weight", "running_var", "scale":
    values = uniform(0.75, 1.25)
  default:
    values = uniform(-0.1, 0.1)
  }
  return Tensor(shape: use.shape, values: values)
}

/// FNV-1a over the UTF-8 of a name; unlike `Hasher`, it is the same in every process.
private func stableHash(_ name: String) -> UInt64 {
  name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
