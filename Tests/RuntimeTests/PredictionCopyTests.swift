import Compiler
import ModelIR
import Runtime
import TestSupport
import Testing

@Suite struct PredictionCopyTests {
  /// Predictions are rows, not maps, and only the identity may read them, completely or in part.
  @Test func anIdentityCopiesPredictions() throws {
    let graph = try Fixtures.graph(
      """
      classes: 3
      backbone:
        stem: [-1, 1, Conv, [8, 3, 2]]
      heads:
        detect: [[stem], 1, DDetect, [classes]]
      """)
    let compiled = try CompiledModel(graph, Checkpoint(randomFor: graph, seed: 5))
    var plan = compiled.bound.plan
    let made = plan.outputs[0].view
    for (number, range) in [0..<7, 4..<7].enumerated() {
      let part = BufferView(buffer: made.buffer, lower: range.lowerBound, upper: range.upperBound)
      plan.buffers.append(plan.buffers[made.buffer].withChannels(range.count))
      let copy = BufferView(buffer: plan.buffers.count - 1, lower: 0, upper: range.count)
      plan.steps.append(
        Step(op: .identity(Identity()), inputs: [part], output: copy, origin: Origin(row: nil, scope: "copy")))
      plan.outputs.append(OutputContract(name: "copy \(number)", view: copy))
    }
    try plan.verify()

    var generator = SeededGenerator(seed: 3)
    let image = generator.image(channels: 3, height: 12, width: 8)
    let model = LoadedPlan(plan: plan, tensors: compiled.bound.tensors)
    let outputs = try run(model, image, height: 12, width: 8)
    #expect(outputs[0].count == 7 * 24)
    #expect(outputs[0] == (try compiled.outputs(for: image, height: 12, width: 8))[0])
    #expect(outputs[1] == outputs[0])
    #expect(outputs[2] == Array(outputs[0][4 * 24..<7 * 24]))
  }

  /// Predictions may be written after other rows of their buffer.
  @Test func predictionsGoWhereTheirStepSays() throws {
    let graph = try Fixtures.graph(
      "classes: 3\nbackbone: {stem: [-1, 1, Conv, [8, 3, 2]]}\nheads: {detect: [[stem], 1, DDetect, [classes]]}")
    let compiled = try CompiledModel(graph, Checkpoint(randomFor: graph, seed: 5))
    var plan = compiled.bound.plan
    let made = plan.outputs[0].view
    plan.buffers[made.buffer] = plan.buffers[made.buffer].withChannels(9)
    let below = BufferView(buffer: made.buffer, lower: 2, upper: 9)
    plan.steps[plan.steps.count - 1].output = below
    plan.outputs[0].view = below
    try plan.verify()
    var generator = SeededGenerator(seed: 3)
    let image = generator.image(channels: 3, height: 12, width: 8)
    let found = try run(
      LoadedPlan(plan: plan, tensors: compiled.bound.tensors), image, height: 12, width: 8)
    #expect(found == (try compiled.outputs(for: image, height: 12, width: 8)))
  }
}
