import Compiler
import Diagnostics
import Foundation
import ModelIR
import ModelSyntax
import TestSupport
import Testing

/// The models with parameters have the published sizes.
@Suite(.serialized) struct AblationTests {
  struct Figure: Sendable, CustomTestStringConvertible {
    var model: String
    var settings: [String] = []
    /// Millions of parameters and GFLOPs, stripped and fused, with as many digits as are published.
    var parameters: String
    var flops: String
    var testDescription: String { ([model] + settings).joined(separator: " ") }
  }

  @Test(arguments: [
    // Table 2 of the paper: the content of GELAN's block.
    Figure(model: "ablations/gelan-s-conv", parameters: "6.2", flops: "23.5"),
    Figure(model: "ablations/gelan-s-res", parameters: "5.4", flops: "21.0"),
    Figure(model: "ablations/gelan-s-dark", parameters: "5.7", flops: "21.8"),
    Figure(model: "ablations/gelan-s-csp", parameters: "5.9", flops: "22.4"),
    // Table 3: the depth of the cross-stage partial networks, to the digits that the official code gives.
    Figure(model: "ablations/gelan-s-csp", settings: ["csp_depth=1"], parameters: "5.87", flops: "22.43"),
    Figure(model: "ablations/gelan-s-csp", settings: ["csp_depth=2"], parameters: "6.49", flops: "24.40"),
    Figure(model: "ablations/gelan-s-csp", settings: ["csp_depth=3"], parameters: "7.11", flops: "26.38"),
    Figure(model: "ablations/gelan-c-csp", settings: ["csp_depth=1"], parameters: "25.29", flops: "102.14"),
    Figure(model: "ablations/gelan-c-csp", settings: ["csp_depth=2"], parameters: "28.57", flops: "114.41"),
    Figure(model: "ablations/gelan-c-csp", settings: ["csp_depth=3"], parameters: "31.86", flops: "126.67"),
  ])
  func ablationsHaveTheirFigures(_ figure: Figure) throws {
    let graph = try graph(figure.model, figure.settings)
    let cost = ModelReport(graph, optimized: optimize(graph)).inference
    let places = (figure.parameters.firstIndex(of: ".")).map { figure.parameters[$0...].count - 1 } ?? 0
    #expect(String(format: "%.\(places)f", Double(cost.parameters) / 1e6) == figure.parameters)
    #expect(String(format: "%.\(places)f", Double(cost.flops) / 1e9) == figure.flops)
  }

  /// The same operators, connections and names of weights: a checkpoint of one fits the other.
  @Test(arguments: [
    ("gelan-scalable", "width=1.0", "gelan-s"), ("gelan-scalable", "width=0.5", "gelan-t"),
    ("yolov9-scalable", "width=1.0", "yolov9-s"), ("yolov9-scalable", "width=0.5", "yolov9-t"),
    ("ablations/gelan-s-csp", "csp_depth=3", "gelan-s"), ("ablations/gelan-c-csp", "csp_depth=1", "gelan-c"),
  ])
  func modelsWithParametersAreThePublishedOnes(_ model: String, _ setting: String, _ published: String) throws {
    let (mine, theirs) = (try graph(model, [setting]), try graph(published, []))
    #expect(mine.nodes.count == theirs.nodes.count)
    #expect(mine.outputs == theirs.outputs)
    for (index, (node, other)) in zip(mine.nodes, theirs.nodes).enumerated() {
      #expect(node.op == other.op && node.inputs == other.inputs && node.type == other.type, "%\(index)")
    }
  }

  private func graph(_ name: String, _ settings: [String]) throws -> Graph {
    let url = Fixtures.models.appendingPathComponent("\(name).yaml")
    let source = SourceFile(name: url.path, bytes: Array(try Data(contentsOf: url)))
    let loader = BlockFileLoader { (path) throws(BlockFileLoader.Refusal) in
      guard let data = FileManager.default.contents(atPath: path) else { throw BlockFileLoader.Refusal("no '\(path)'") }
      return SourceFile(name: path, bytes: Array(data))
    }
    let read = try readModel(try parseYAML(source), library: .standard, loader: loader)
    #expect(read.warnings.isEmpty)
    let model = try read.value.setting(settings.map { try ParameterSetting($0, title: "--set") })
    return try elaborate(model, library: .standard)
  }
}
