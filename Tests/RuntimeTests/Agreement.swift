import Compiler
import Kernels
import ModelIR
import TestSupport
import Testing

/// Compares compiled forms of a model with the reference at one input size, for every output that they keep.
func expectAgreement(
  _ graph: Graph, _ compiled: [CompiledModel], _ checkpoint: Checkpoint, height: Int, width: Int, threads: Int,
  instructions: InstructionSet = .best, seed: UInt64 = 0, _ comment: String = ""
) throws {
  var generator = SeededGenerator(seed: seed)
  let image = generator.image(channels: graph.nodes[0].type.channels, height: height, width: width)
  let expected = try ReferenceInterpreter(graph, checkpoint).run(image, height: height, width: width)
  for model in compiled {
    let found = try model.outputs(
      for: image, height: height, width: width, threads: threads, instructions: instructions)
    let place = "at \(height)x\(width) with \(threads) threads, \(instructions), \(comment)"
    try expectAgreement(graph, found, model.bound.plan.outputs.map(\.name), expected, place)
  }
}

private func expectAgreement(
  _ graph: Graph, _ found: [[Float]], _ names: [String], _ expected: ReferenceInterpreter.Results, _ where: String
) throws {
  let bound = RoundingBound(graph, scales: expected.scales)
  #expect(names == graph.outputs.map(\.name).filter(names.contains))
  for (name, found) in zip(names, found) {
    let output = try #require(graph.outputs.first { $0.name == name })
    let value = expected[output.value]
    let place = "\(name) \(`where`)"
    if case .decodeDetections = graph[output.value].op {
      let boxes = 4 * value.plane
      let allowed = bound.predictions(output.value, boxScale: value.values.prefix(boxes).reduce(0) { max($0, abs($1)) })
      let boxDifference = largestDifference(found.prefix(boxes), value.values.prefix(boxes))
      let classDifference = largestDifference(found.dropFirst(boxes), value.values.dropFirst(boxes))
      #expect(boxDifference <= allowed.boxes, "boxes of \(place)")
      #expect(classDifference <= allowed.classes, "classes of \(place)")
    } else {
      let difference = largestDifference(found, value.values)
      #expect(difference <= bound[output.value], "\(place)")
    }
  }
}
