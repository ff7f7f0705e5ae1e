import Compiler
import Foundation
import Kernels
import ModelIR
import Runtime
import Tensors
import TestSupport
import Testing

/// Every step of the published networks, with each set of instructions that this machine has.
@Suite(.serialized)
struct InstructionSetTests {
  private static let models: [URL] = {
    let files =
      (try? FileManager.default.contentsOfDirectory(at: Fixtures.models, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
  }()

  /// The sets add in other orders and round more or less often; what comes of it from the first step to the last stays
  /// within the rounding bound of exact numbers.
  @Test(arguments: models)
  func everyStepAgrees(_ url: URL) throws {
    let graph = [Pass].execution.reduce(optimize(try Fixtures.graph(url))) { $1.run($0) }
    var plan = plan(graph)
    let tensors = plan.storeRandomWeights()
    let (height, width) = (plan.input.heightMultiple * 2, plan.input.widthMultiple * 3)
    // The values that steps make, in order; other values are views of them, and other steps copies.
    let made = graph.values.filter { value in
      switch graph[value].op {
      case .input, .slice, .concat: false
      default: true
      }
    }
    let steps = plan.steps.filter { if case .identity = $0.op { false } else { true } }
    try #require(steps.count == made.count)
    // More outputs than a plan may have, but a session does not count them.
    plan.outputs = steps.enumerated().map { OutputContract(name: "step\($0.offset)", view: $0.element.output) }
    let model = LoadedPlan(plan: plan, tensors: tensors)
    var generator = SeededGenerator(seed: 1)
    let image = generator.image(channels: 3, height: height, width: width)

    let results = try InstructionSet.available.map {
      try run(model, image, height: height, width: width, instructions: $0)
    }
    let bound = RoundingBound(graph, scales: scales(graph, made, results[0]))
    for (step, value) in made.enumerated() {
      let expected = results[0][step].map(Double.init)
      let place = "step \(step) of \(url.lastPathComponent), \(graph[value].op.name) of \(graph[value].origin.scope)"
      #expect(expected.contains { $0 != 0 } && expected.allSatisfy(\.isFinite), "\(place)")
      for result in results.dropFirst() {
        if case .decodeDetections = graph[value].op {
          let boxes = expected.count / (4 + graph.classNames.count) * 4
          let allowed = bound.predictions(value, boxScale: expected.prefix(boxes).map(abs).max() ?? 0)
          #expect(largestDifference(result[step].prefix(boxes), expected.prefix(boxes)) <= allowed.boxes, "\(place)")
          #expect(
            largestDifference(result[step].dropFirst(boxes), expected.dropFirst(boxes)) <= allowed.classes, "\(place)")
        } else {
          let difference = largestDifference(result[step], expected)
          #expect(difference <= bound[value], "\(place): \(difference / bound[value]) of the bound")
        }
      }
    }
  }

  /// The largest magnitude of every value.
  private func scales(_ graph: Graph, _ made: [ValueID], _ results: [[Float]]) -> [Double] {
    var scales = [Double](repeating: 1, count: graph.nodes.count)
    for (value, numbers) in zip(made, results) {
      scales[value.index] = numbers.reduce(0.0) { max($0, abs(Double($1))) }
    }
    for value in graph.values {
      switch graph[value].op {
      case .slice, .concat: scales[value.index] = graph[value].inputs.map { scales[$0.index] }.max() ?? 0
      default: break
      }
    }
    return scales
  }
}
