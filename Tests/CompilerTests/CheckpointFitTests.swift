import Compiler
import ModelIR
import Tensors
import TestSupport
import Testing

/// Checkpoints in other forms than the model's file describes, fitted to its training graph.
@Suite(.serialized)
struct CheckpointFitTests {
  /// A dual head over a shared stem; the first row has no weights, and the auxiliary rows are in the middle.
  private static let dual = """
    classes: 3
    backbone:
      image: [-1, 1, Silence, []]
      stem:  [-1, 1, Conv, [8, 3, 2]]
      a:     [-1, 1, RepNCSP, [8]]
      b:     [-1, 1, Conv, [8, 3, 2]]
    auxiliary:
      c:     [image, 1, Conv, [8, 3, 2]]
      d:     [-1, 1, Conv, [8, 3, 2]]
    heads:
      e:      [b, 1, Conv, [8, 3]]
      detect: [[c, d, a, e], 1, DualDDetect, [classes]]
    """
  /// The stripped model, as its author would write it.
  private static let single = """
    classes: 3
    backbone:
      stem: [-1, 1, Conv, [8, 3, 2]]
      a:    [-1, 1, RepNCSP, [8]]
      b:    [-1, 1, Conv, [8, 3, 2]]
    heads:
      e:      [b, 1, Conv, [8, 3]]
      detect: [[a, e], 1, DDetect, [classes]]
    """

  private let graph: Graph
  private let stripped: Graph

  init() throws {
    graph = try Fixtures.graph(Self.dual)
    stripped = try Fixtures.graph(Self.single)
  }

  private static func tensors(of graph: Graph) throws -> [String: Tensor] {
    let random = Checkpoint(randomFor: graph, seed: 1)
    return try Dictionary(uniqueKeysWithValues: random.shapes.keys.map { ($0, try random.tensor($0)) })
  }

  /// The weights of the fused plan, by their names in the plan.
  private static func plan(_ checkpoint: Checkpoint, _ graph: Graph) throws -> [[Float]] {
    let fit = CheckpointFit(checkpoint, to: graph)
    try #require(fit.report.isComplete, "\(fit.report)")
    return try bindWeights(of: Fixtures.plan(of: fit.graph), from: fit.graph, fit.checkpoint).tensors.map(
      \.tensor.values)
  }

  /// A checkpoint in which each convolution includes the normalisation after it, as inference programs write it.
  ///
  /// Computed from the definition of a normalisation and, for RepConv, from the sum of its branches.
  private func folded(_ tensors: [String: Tensor], mergesBranches: Bool) throws -> [String: Tensor] {
    var result = tensors.filter { !$0.key.contains(".bn.") }
    for (name, weight) in tensors where name.hasSuffix(".conv.weight") {
      let scope = String(name.dropLast("conv.weight".count))
      guard let gamma = tensors[scope + "bn.weight"]?.values, let beta = tensors[scope + "bn.bias"]?.values,
        let mean = tensors[scope + "bn.running_mean"]?.values, let variance = tensors[scope + "bn.running_var"]?.values
      else { continue }
      let factors = zip(gamma, variance).map { Double($0) / (Double($1) + 0.001).squareRoot() }
      let size = weight.values.count / factors.count
      result[name] = Tensor(
        shape: weight.shape, values: weight.values.indices.map { Float(Double(weight.values[$0]) * factors[$0 / size]) }
      )
      result[scope + "conv.bias"] = Tensor(
        shape: [factors.count],
        values: factors.indices.map { Float(Double(beta[$0]) - Double(mean[$0]) * factors[$0]) })
    }
    guard mergesBranches else { return result }
    for name in result.keys where name.hasSuffix(".conv1.conv.weight") {
      let scope = String(name.dropLast("conv1.conv.weight".count))
      let parts = ["conv1.conv.weight", "conv2.conv.weight", "conv1.conv.bias", "conv2.conv.bias"].map { scope + $0 }
      let found = try parts.map { try #require(result[$0]) }
      for part in parts { result[part] = nil }
      var values = found[0].values
      for (index, value) in found[1].values.enumerated() { values[index * 9 + 4] += value }
      result[scope + "conv.weight"] = Tensor(shape: found[0].shape, values: values)
      result[scope + "conv.bias"] = Tensor(
        shape: found[2].shape, values: zip(found[2].values, found[3].values).map { $0 + $1 })
    }
    return result
  }

  @Test func aCheckpointOfTheModelItselfIsTakenAsItIs() throws {
    let fit = CheckpointFit(try checkpoint(try Self.tensors(of: graph)), to: graph)
    #expect(fit.report.isComplete && fit.form == CheckpointFit.Form() && fit.graph == graph)
    #expect(!fit.report.dropped.isEmpty)
  }

  @Test(arguments: ["module.", "ema.module.", "student.model."])
  func whatStandsBeforeTheNamesIsLeftOut(_ prefix: String) throws {
    let tensors = try Self.tensors(of: graph)
    let renamed = Dictionary(uniqueKeysWithValues: tensors.map { (prefix + $0, $1) })
    #expect(try Self.plan(try checkpoint(renamed), graph) == Self.plan(try checkpoint(tensors), graph))
  }

  @Test func namesMayLackTheirFirstPart() throws {
    let tensors = try Self.tensors(of: graph)
    let inner = Dictionary(uniqueKeysWithValues: tensors.map { (String($0.dropFirst("model.".count)), $1) })
    #expect(inner.keys.contains("1.conv.weight"))
    #expect(try Self.plan(try checkpoint(inner), graph) == Self.plan(try checkpoint(tensors), graph))
  }

  @Test func ofTwoCopiesTheMovingAverageIsTaken() throws {
    let tensors = try Self.tensors(of: graph)
    var both = Dictionary(uniqueKeysWithValues: tensors.map { ("ema." + $0, $1) })
    for (name, tensor) in tensors {
      both["net." + name] = Tensor(shape: tensor.shape, values: tensor.values.map { _ in 0.5 })
    }
    #expect(try Self.plan(try checkpoint(both), graph) == Self.plan(try checkpoint(tensors), graph))
  }

  @Test func aStrippedCheckpointFitsTheTrainingGraph() throws {
    let tensors = try Self.tensors(of: stripped)
    #expect(tensors.keys.contains("model.0.conv.weight") && tensors.keys.contains("model.4.cv2.0.0.conv.weight"))
    let fit = CheckpointFit(try checkpoint(tensors), to: graph)
    #expect(fit.form == CheckpointFit.Form(isStripped: true))
    #expect(fit.report.unused == [])
    // Every tensor has the right name: the plans of both graphs have the same weights.
    #expect(try Self.plan(try checkpoint(tensors), graph) == Self.plan(try checkpoint(tensors), stripped))
  }

  @Test(arguments: [true, false])
  func aFoldedCheckpointFits(_ mergesBranches: Bool) throws {
    let tensors = try Self.tensors(of: graph)
    let folded = try checkpoint(try folded(tensors, mergesBranches: mergesBranches))
    #expect(CheckpointFit(folded, to: graph).form == CheckpointFit.Form(isFused: true))
    let (found, expected) = (try Self.plan(folded, graph), try Self.plan(try checkpoint(tensors), graph))
    #expect(found.map(\.count) == expected.map(\.count))
    for (left, right) in zip(found, expected) {
      // These folded weights are rounded once more than weights folded in double precision.
      #expect(zip(left, right).allSatisfy { abs($0 - $1) <= 4 * max($1.ulp, Float(1).ulp) })
    }
  }

  @Test func aStrippedAndFoldedCheckpointFits() throws {
    let folded = try checkpoint(try folded(try Self.tensors(of: stripped), mergesBranches: true))
    let fit = CheckpointFit(folded, to: graph)
    #expect(fit.form == CheckpointFit.Form(isStripped: true, isFused: true) && fit.report.isComplete)
    #expect(try Self.plan(folded, graph) == Self.plan(folded, stripped))
  }

  @Test func whatFitsInNoFormIsReportedInTheTrainingForm() throws {
    var tensors = try Self.tensors(of: graph)
    tensors["model.1.conv.weight"] = Tensor(shape: [8, 3, 1, 1], values: Array(repeating: 0, count: 24))
    let fit = CheckpointFit(try checkpoint(tensors), to: graph)
    #expect(fit.form == CheckpointFit.Form())
    #expect(fit.report.misshapen.map(\.name) == ["model.1.conv.weight"] && fit.report.missing == [])
  }

  @Test(arguments: ["s", "m", "c", "e"])
  func theStrippedFormOfAnOfficialModelFits(_ size: String) throws {
    func graph(_ name: String) throws -> Graph {
      try Fixtures.graph(Fixtures.models.appendingPathComponent("\(name).yaml"))
    }
    let (dual, single) = (try graph("yolov9-\(size)"), try graph("gelan-\(size)"))
    let fit = CheckpointFit(Checkpoint(randomFor: single, seed: 1), to: dual)
    #expect(fit.report.isComplete && fit.form == CheckpointFit.Form(isStripped: true))
    // The weights of one model under the other's names: the same parameter expressions have the same shapes in the same
    // order.
    let names = { (graph: Graph) in Fixtures.plan(of: graph).parameters.map(\.shape) }
    #expect(names(dual) == names(single))
  }
}
