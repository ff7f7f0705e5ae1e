import Compiler
import ModelIR
import Testing

/// Parameters, FLOPs, strides and state tensors against the numbers of the official code and of the papers.
@Suite(.serialized) struct CountTests {
  @Test(arguments: OfficialModel.names)
  func everyRowHasTheOfficialParameters(_ name: String) throws {
    let model = try OfficialModel.named(name)
    let rows = model.report.rows
    #expect(rows.count == model.counts.rows.count)
    let comparable = rows.count - (OfficialModel.headlessNames.contains(name) ? 1 : 0)
    for (row, official) in zip(rows, model.counts.rows).prefix(comparable) {
      #expect(row.training.parameters == official.training, "row \(row.index), \(official.module)")
      #expect(row.inference.parameters == official.fused, "row \(row.index), \(official.module), fused")
    }
  }

  @Test(arguments: OfficialModel.wholeNames)
  func totalsAreTheOfficialOnes(_ name: String) throws {
    let model = try OfficialModel.named(name)
    let report = model.report
    #expect(report.training.parameters == model.counts.params)
    #expect(report.inference.parameters == model.counts.fusedParams)
    #expect(report.strides == model.counts.stride)
    #expect(stateTensorCount(model.graph) == model.counts.stateTensors)
  }

  /// In addition to convolutions without bias, thop counts 4 for each element of a normalisation and 1 for each output
  /// element of `nn.Upsample`; its "FLOPs" are twice the sum. It is measured with six digits.
  @Test(arguments: OfficialModel.wholeNames)
  func flopsAreThoseOfThopOnceItsExtrasAreAdded(_ name: String) throws {
    let model = try OfficialModel.named(name)
    let report = model.report
    let training = Double(report.training.flops + 2 * thopExtras(model.graph)) / 1e9
    let fused = Double(report.inference.flops + 2 * thopExtras(model.fusedTraining)) / 1e9
    #expect(abs(training - model.counts.gflopsThop) < 1e-6)
    #expect(abs(fused - model.counts.fusedGflopsThop) < 1e-6)
  }

  @Test(arguments: [
    ("gelan-t", 9.82), ("gelan-s", 26.38), ("gelan-m", 76.31), ("gelan-c", 102.14), ("gelan-e", 188.95),
  ])
  func inferenceFlopsAreThePublishedOnes(_ name: String, _ billions: Double) throws {
    let model = try OfficialModel.named(name)
    let report = ModelReport(model.graph, optimized: optimize(model.graph))
    #expect((Double(report.inference.flops) / 1e7).rounded() / 100 == billions)
  }

  @Test func gelanCHasTheNumbersOfTheCommandLineContract() throws {
    let model = try OfficialModel.named("gelan-c")
    let report = ModelReport(model.graph, optimized: optimize(model.graph))
    #expect((report.training.parameters, report.training.flops) == (25_498_752, 102_818_867_200))
    #expect((report.inference.parameters, report.inference.flops) == (25_288_768, 102_137_292_800))
    #expect(report.strides == [8, 16, 32])
    #expect((report.heightMultiple, report.widthMultiple) == (32, 32))
    #expect((report.inputChannels, report.inputHeight, report.inputWidth) == (3, 640, 640))
    #expect(report.rows.first?.shapes == [[1, 64, 320, 320]])
    #expect(report.rows.last?.shapes == [[1, 84, 8400]])
  }

  // MARK: Stripping

  @Test(arguments: ["t", "s", "m", "c", "e"])
  func yolov9StrippedIsGelan(_ size: String) throws {
    let dual = try OfficialModel.named("yolov9-\(size)").graph
    let single = try OfficialModel.named("gelan-\(size)").graph
    let dualReport = ModelReport(dual, optimized: optimize(dual))
    let singleReport = ModelReport(single, optimized: optimize(single))
    #expect(dualReport.stripped == singleReport.training)
    #expect(singleReport.stripped == singleReport.training)
    #expect(dualReport.inference == singleReport.inference)
    #expect(unnamed(optimize(dual)) == unnamed(optimize(single)))
  }

  struct Branches: Sendable {
    let name: String
    let shared: [ClosedRange<Int>]
    let auxiliary: ClosedRange<Int>
  }

  /// The rows that the official notebook drops when it turns a training checkpoint into an inference one.
  @Test(arguments: [
    Branches(name: "yolov9-t", shared: [0...8, 29...29], auxiliary: 22...28),
    Branches(name: "yolov9-s", shared: [0...8, 29...29], auxiliary: 22...28),
    Branches(name: "yolov9-m", shared: [0...9, 38...38], auxiliary: 23...37),
    Branches(name: "yolov9-c", shared: [0...9, 38...38], auxiliary: 23...37),
    Branches(name: "yolov9-e", shared: [0...9, 49...49], auxiliary: 29...35),
  ])
  func rowsBelongToTheirBranches(_ expected: Branches) throws {
    let graph = try OfficialModel.named(expected.name).graph
    for row in ModelReport(graph, optimized: optimize(graph)).rows {
      let branch: ModelReport.Branch =
        expected.shared.contains { $0.contains(row.index) }
        ? .shared : expected.auxiliary.contains(row.index) ? .auxiliary : .main
      #expect(row.branch == branch, "row \(row.index)")
      if branch == .auxiliary { #expect(row.inference.parameters == 0 && row.inference.flops == 0) }
    }
  }

  @Test(arguments: ["gelan-t", "gelan-e"])
  func everyRowOfAModelWithoutAuxiliaryHeadIsMain(_ name: String) throws {
    #expect(try OfficialModel.named(name).report.rows.allSatisfy { $0.branch == .main })
  }

  // MARK: Counting by another method

  /// A state dict has four tensors for a normalisation and `num_batches_tracked`.
  private func stateTensorCount(_ graph: Graph) -> Int {
    var names: Set<String> = []
    for node in graph.nodes {
      for use in node.parameters(in: graph) { names.formUnion(use.expression.storedNames) }
      if case .batchNorm(let norm) = node.op { names.insert(norm.scope + ".num_batches_tracked") }
    }
    return names.count
  }

  private func thopExtras(_ graph: Graph) -> Int {
    graph.nodes.reduce(0) { sum, node in
      let elements = node.type.shape(height: graph.inputHeight, width: graph.inputWidth)?.reduce(1, *) ?? 0
      if case .batchNorm = node.op { return sum + 4 * elements }
      if case .upsample = node.op { return sum + elements }
      return sum
    }
  }

  /// A graph's nodes with the same name for all weights.
  private func unnamed(_ graph: Graph) -> [String] {
    graph.nodes.map { node in
      let op = node.op.replacingParameters { role, _ in .stored(role) }
      return "\(op.name)(\(node.inputs.map(\.index))) \(op.attributeText) \(node.type.description)"
    }
  }
}
