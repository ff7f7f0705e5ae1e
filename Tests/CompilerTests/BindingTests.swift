import Compiler
import ModelIR
import Tensors
import TestSupport
import Testing

/// The report about a checkpoint that does not fit, and the complete binding of one that does.
struct BindingTests {
  private static func text(classes: Int, more rows: String = "") -> String {
    """
    classes: \(classes)
    backbone:
      a: [-1, 1, Conv, [16, 3, 2]]
      b: [-1, 1, Conv, [16, 3, 2]]
    \(rows)
    heads:
      detect: [[a, b], 1, DualDetect, [classes]]
    """
  }

  private let graph: Graph
  /// Every tensor that the graph stores.
  private let tensors: [String: Tensor]

  init() throws {
    graph = try Fixtures.graph(Self.text(classes: 3))
    tensors = try Self.tensors(of: graph)
  }

  private static func tensors(of graph: Graph) throws -> [String: Tensor] {
    let random = Checkpoint(randomFor: graph, seed: 1)
    return try Dictionary(uniqueKeysWithValues: random.shapes.keys.map { ($0, try random.tensor($0)) })
  }

  private func report(_ tensors: [String: Tensor]) throws -> BindingReport {
    BindingReport(graph, try checkpoint(tensors))
  }

  @Test func aCheckpointOfTheModelItselfFits() throws {
    var tensors = tensors
    tensors["model.0.bn.num_batches_tracked"] = Tensor(shape: [], values: [7])
    let report = try report(tensors)
    #expect(report.isComplete)
    #expect(report.unused == [] && report.causes == [])
    // Only the auxiliary head reads `a`; its branches are cv2, cv3 and dfl.
    #expect(report.dropped.count == 2 * (2 * 5 + 2) + 1)
    #expect(
      report.dropped.allSatisfy { name in
        ["model.2.cv2.", "model.2.cv3.", "model.2.dfl."].contains { name.hasPrefix($0) }
      })
  }

  @Test func missingMisshapenAndUnusedTensorsAreListedByName() throws {
    var tensors = tensors
    tensors["model.1.conv.weight"] = nil
    tensors["model.2.dfl2.conv.weight"] = nil
    tensors["model.0.bn.bias"] = Tensor(shape: [4, 4], values: Array(repeating: 0, count: 16))
    tensors["model.9.conv.weight"] = Tensor(shape: [1], values: [0])
    tensors["extra"] = Tensor(shape: [1], values: [0])
    let report = try report(tensors)
    #expect(!report.isComplete)
    #expect(report.missing == ["model.1.conv.weight", "model.2.dfl2.conv.weight"])
    #expect(report.misshapen.map(\.name) == ["model.0.bn.bias"])
    #expect(report.misshapen.map(\.expected) == [[16]] && report.misshapen.map(\.found) == [[4, 4]])
    #expect(report.unused == ["extra", "model.9.conv.weight"])
  }

  @Test func whatOnlyTrainingNeedsMayBeMissing() throws {
    let main = tensors.filter { name, _ in !["cv2", "cv3", "dfl"].contains { name.hasPrefix("model.2.\($0).") } }
    #expect(main.count == tensors.count - 25)
    let report = try report(main)
    #expect(report.isComplete && report.dropped == [])
  }

  @Test func anotherClassCountIsNamed() throws {
    let report = try report(try Self.tensors(of: try Fixtures.graph(Self.text(classes: 5))))
    #expect(report.misshapen.map(\.name).sorted() == ["model.2.cv5.0.2.bias", "model.2.cv5.0.2.weight"])
    #expect(report.causes == ["the checkpoint was trained for 5 classes, the model has 3; try --classes 5"])
  }

  @Test func aFoldedCheckpointIsRecognised() throws {
    var folded: [String: Tensor] = [:]
    for (name, tensor) in tensors {
      if !name.contains(".bn.") { folded[name] = tensor }
      if name.hasSuffix(".bn.bias") { folded[name.replacing(".bn.bias", with: ".conv.bias")] = tensor }
    }
    let report = try report(folded)
    #expect(report.missing.count == 4 * 6 && report.missing.allSatisfy { $0.contains(".bn.") })
    #expect(report.causes.count == 1 && report.causes[0].contains("its normalisations folded"))
  }

  @Test func anInsertedRowAndAnotherModelAreTold() throws {
    let longer = try Fixtures.graph(Self.text(classes: 3, more: "  c: [-1, 1, Conv, [16, 1]]"))
    let inserted = try Self.tensors(of: longer)
    #expect(try report(inserted).causes.first?.contains("inserted, removed or changed") == true)
    var renamed = tensors
    renamed["model.1.convolution.weight"] = renamed.removeValue(forKey: "model.1.conv.weight")
    #expect(try report(renamed).causes.first?.contains("inserted, removed or changed") == true)
    #expect(try report(["x": Tensor(shape: [1], values: [1])]).causes.first?.contains("another model") == true)
  }

  @Test func bindingAnIncompleteCheckpointThrowsTheReport() throws {
    var tensors = tensors
    tensors["model.0.conv.weight"] = nil
    let checkpoint = try checkpoint(tensors)
    do {
      _ = try bindWeights(of: Fixtures.plan(of: graph), from: graph, checkpoint)
      Issue.record("The checkpoint lacks a weight and was bound.")
    } catch .incomplete(let report) {
      #expect(report == BindingReport(graph, checkpoint))
      #expect(report.missing == ["model.0.conv.weight"])
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test(arguments: [[], [Pass].execution])
  func everyWeightOfABoundPlanIsATensorOfItsShape(_ passes: [Pass]) throws {
    let plan = Fixtures.plan(of: graph, passes: passes)
    let bound = try bindWeights(of: plan, from: graph, try checkpoint(tensors))
    let names = bound.tensors.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(bound.plan.parameters.map(\.expression) == names.map { .stored($0) })
    #expect(bound.plan.parameters.map(\.shape) == bound.tensors.map(\.tensor.shape))
    // Two convolutions, two branches of three and the projection, each convolution with its bias. Both branches begin
    // with a convolution of one map, so these may be merged.
    #expect(names.count == 2 * (2 + 2 * 3 - (passes.isEmpty ? 0 : 1)) + 1)
  }
}
