import ModelIR
import Tensors

extension Plan {
  /// Gives every step random weights, without a checkpoint, and returns them; fast even for networks with millions of
  /// weights.
  ///
  /// The scale of maps stays about constant from step to step, since the range of weights is proportional to 1/√depth.
  package mutating func storeRandomWeights() -> [(name: String, tensor: Tensor)] {
    var generator = SeededGenerator(seed: 1)
    let noise = (0..<8191).map { _ in Float.random(in: -1...1, using: &generator) }
    var tensors: [(name: String, tensor: Tensor)] = []
    for index in steps.indices {
      steps[index].op = steps[index].op.replacingParameters { role, _ in .stored("\(index).\(role)") }
      for use in steps[index].op.semantics.parameters(steps[index].inputs.map(type)) {
        let count = use.shape.reduce(1, *)
        let depth = use.shape.count == 4 ? count / use.shape[0] : 1
        // Uniform numbers have a variance of a third of their squared range, and SiLU keeps a third of its input's.
        let scale = depth == 1 ? 0.1 : (9 / Float(depth)).squareRoot()
        var values = [Float](repeating: 0, count: count)
        for place in values.indices { values[place] = noise[place % noise.count] * scale }
        if case .stored(let name) = use.expression { tensors.append((name, Tensor(shape: use.shape, values: values))) }
      }
    }
    return tensors
  }
}
