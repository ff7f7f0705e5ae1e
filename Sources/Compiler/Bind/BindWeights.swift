import ModelIR
import Tensors

/// A plan whose parameter expressions have been evaluated to tensors.
package struct BoundPlan: Sendable {
  /// The plan; every weight in it refers to the stored tensor of that name.
  package let plan: Plan
  package let tensors: [(name: String, tensor: Tensor)]
  /// How the checkpoint fits, including the tensors that were not needed.
  package let report: BindingReport
}

/// The reasons why weights cannot be bound.
package enum BindingError: Error, Sendable {
  /// Tensors are missing or have another shape.
  case incomplete(BindingReport)
  /// The checkpoint's file cannot be read.
  case unreadable(TensorFileError)
  /// Weights of the plan, by name, that are infinite or NaN.
  case notFinite([String])
}

/// Computes the weights of a plan from a checkpoint in training form.
///
/// Folding is done in double precision and rounded once, to fp32.
///
/// - Parameters:
///   - plan: A plan made from `graph`.
///   - graph: The elaborated training graph, whose names the checkpoint has to know.
package func bindWeights(
  of plan: Plan, from graph: Graph, _ checkpoint: Checkpoint
) throws(BindingError) -> BoundPlan {
  let report = BindingReport(graph, checkpoint)
  guard report.isComplete else { throw .incomplete(report) }
  var bound = plan
  var tensors: [(name: String, tensor: Tensor)] = []
  var notFinite: [String] = []
  for index in plan.steps.indices {
    let step = plan.steps[index]
    let uses = step.op.semantics.parameters(step.inputs.map(plan.type))
    for use in uses {
      do {
        let values = try evaluate(use.expression, shape: use.shape, checkpoint)
        let name = step.origin.scope + "." + use.role
        let tensor = Tensor(shape: use.shape, values: values.map { Float($0) })
        if !tensor.values.allSatisfy(\.isFinite) { notFinite.append(name) }
        tensors.append((name, tensor))
      } catch {
        throw .unreadable(error)
      }
    }
    bound.steps[index].op = step.op.replacingParameters { role, _ in .stored(step.origin.scope + "." + role) }
  }
  guard notFinite.isEmpty else { throw .notFinite(notFinite) }
  return BoundPlan(plan: bound, tensors: tensors, report: report)
}

/// The elements of a parameter expression, row-major.
package func evaluate(
  _ expression: ParameterExpression, shape: [Int], _ checkpoint: Checkpoint
) throws(TensorFileError) -> [Double] {
  switch expression {
  case .stored(let name):
    return try checkpoint.tensor(name).values.map(Double.init)
  case .scaled(let weight, let norm):
    let scale = try normScale(norm, checkpoint)
    let values = try evaluate(weight, shape: shape, checkpoint)
    let size = values.count / scale.count
    return values.indices.map { values[$0] * scale[$0 / size] }
  case .shifted(let bias, let norm):
    let scale = try normScale(norm, checkpoint)
    let shift = try evaluate(.stored(norm.scope + ".bias"), shape: shape, checkpoint)
    let mean = try evaluate(.stored(norm.scope + ".running_mean"), shape: shape, checkpoint)
    var base = [Double](repeating: 0, count: scale.count)
    if let bias { base = try evaluate(bias, shape: shape, checkpoint) }
    return scale.indices.map { shift[$0] + (base[$0] - mean[$0]) * scale[$0] }
  case .scale(let norm):
    return try normScale(norm, checkpoint)
  case .padded(let inner, let from, let to):
    let planes = shape[0] * shape[1]
    let values = try evaluate(inner, shape: [shape[0], shape[1], from, from], checkpoint)
    var padded = [Double](repeating: 0, count: planes * to * to)
    let border = (to - from) / 2
    for plane in 0..<planes {
      for row in 0..<from {
        for column in 0..<from {
          padded[(plane * to + row + border) * to + column + border] = values[(plane * from + row) * from + column]
        }
      }
    }
    return padded
  case .identityKernel:
    let (inputs, kernel) = (shape[1], shape[2])
    var values = [Double](repeating: 0, count: shape.reduce(1, *))
    for output in 0..<shape[0] {
      values[((output * inputs + output % inputs) * kernel + kernel / 2) * kernel + kernel / 2] = 1
    }
    return values
  case .sum(let terms):
    var total = [Double](repeating: 0, count: shape.reduce(1, *))
    for term in terms {
      let values = try evaluate(term, shape: shape, checkpoint)
      for index in total.indices { total[index] += values[index] }
    }
    return total
  case .joined(let parts):
    var values: [Double] = []
    for part in parts {
      values += try evaluate(part.expression, shape: [part.channels] + shape.dropFirst(), checkpoint)
    }
    return values
  case .inputs(let inner, let ranges, let all):
    let values = try evaluate(inner, shape: [shape[0], all] + shape.dropFirst(2), checkpoint)
    let taps = shape.dropFirst(2).reduce(1, *)
    return (0..<shape[0]).flatMap { output in
      ranges.flatMap { values[(output * all + $0.lowerBound) * taps..<(output * all + $0.upperBound) * taps] }
    }
  }
}

/// `weight / √(running_var + ε)`, per channel.
private func normScale(_ norm: Normalization, _ checkpoint: Checkpoint) throws(TensorFileError) -> [Double] {
  let weight = try checkpoint.tensor(norm.scope + ".weight").values
  let variance = try checkpoint.tensor(norm.scope + ".running_var").values
  return zip(weight, variance).map { Double($0) / (Double($1) + norm.epsilon).squareRoot() }
}
