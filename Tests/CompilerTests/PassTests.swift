import Compiler
import Foundation
import ModelIR
import TestSupport
import Testing

/// Passes and the planner on small graphs in text form, one case per file.
@Suite struct PassTests {
  static let passFiles = GoldenFile.urls("passes", extension: "ir")
  static let passes = [Pass].inference + [Pass].execution
  static let planFiles = GoldenFile.urls("plan", extension: "ir")

  @Test(arguments: passFiles)
  func passesRewriteAsTheirFilesSay(_ url: URL) throws {
    let name = url.deletingLastPathComponent().lastPathComponent
    let pass = try #require(Self.passes.first { $0.name == name })
    let golden = try GoldenFile(url)
    let before = try Graph(text: golden.before)
    #expect(before.description == golden.before, "the text before is written as it would be printed")
    try golden.expect(pass.run(before).description)
    if url.lastPathComponent == "unchanged.ir" { #expect(golden.after == golden.before) }
  }

  @Test func everyPassHasAFolderAndNoFolderIsAnOrphan() {
    let folders = Dictionary(grouping: Self.passFiles) { $0.deletingLastPathComponent().lastPathComponent }
    #expect(Set(folders.keys) == Set(Self.passes.map(\.name)))
    #expect(Set(Self.passes.map(\.name)).count == Self.passes.count)
    for (name, files) in folders {
      #expect(files.count >= 2, "\(name)")
      #expect(files.contains { ["unchanged.ir", "output.ir"].contains($0.lastPathComponent) }, "\(name)")
    }
  }

  @Test(arguments: planFiles)
  func plansAreLaidOutAsTheirFilesSay(_ url: URL) throws {
    let golden = try GoldenFile(url)
    let plan = plan(try Graph(text: golden.before))
    try golden.expect(plan.description)
    #expect(try Plan(text: golden.after) == plan)
  }

  @Test(arguments: ["gelan-t", "yolov9-e", "yolov7-af"])
  func passesFindNothingMoreInTheirOwnResult(_ name: String) throws {
    let once = optimize(try OfficialModel.named(name).graph)
    for pass in [Pass].inference { #expect(pass.run(once) == once, "\(pass.name)") }
    let executed = [Pass].execution.reduce(once) { $1.run($0) }
    #expect(executed != once)
    for pass in Self.passes { #expect(pass.run(executed) == executed, "\(pass.name)") }
  }

  /// The same for unusual models.
  @Test func executionPassesFindNothingMoreInRandomModels() throws {
    for seed in 0..<60 as Range<UInt64> {
      let graph = optimize(try Fixtures.graph(RandomModel(seed: seed).text), keeping: [.main, .auxiliary])
      let executed = [Pass].execution.reduce(graph) { $1.run($0) }
      for pass in [Pass].execution { #expect(pass.run(executed) == executed, "\(pass.name) of seed \(seed)") }
      #expect(executed.outputs.map(\.name) == graph.outputs.map(\.name))
      #expect(
        executed.outputs.map { executed[$0.value].type } == graph.outputs.map { graph[$0.value].type }, "seed \(seed)")
    }
  }

  /// The operators of a published network that the passes save: concats, sums and upsamplings.
  @Test(arguments: ["gelan-t", "gelan-c", "yolov9-e"])
  func executionPassesLeaveNoJoinsAndSumsOfGELAN(_ name: String) throws {
    let graph = optimize(try OfficialModel.named(name).graph)
    let before = plan(graph)
    let after = deploymentPlan(graph)
    func count(_ plan: Plan, _ kind: String) -> Int { plan.steps.count { $0.op.name == kind } }
    func work(_ plan: Plan) -> Int {
      plan.steps.reduce(0) { sum, step in
        let shape = plan.type(of: step.output).shape(height: 640, width: 640) ?? []
        return sum + step.op.semantics.multiplyAccumulates(step.inputs.map(plan.type), output: shape)
      }
    }
    #expect(count(before, "add") > 0 && count(after, "add") < count(before, "add"))
    #expect(count(before, "upsample") == 2 && count(after, "upsample") < 2)
    #expect(after.steps.count < before.steps.count && work(after) < work(before))
    func sizes(_ plan: Plan) -> Int { plan.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } }
    #expect(sizes(after) == sizes(before), "passes move weights about and make none")
  }

  /// In these networks each value is an input of at most one concat, so no concat has to copy.
  @Test(arguments: ["gelan-t", "gelan-c", "gelan-e"])
  func joinsOfGELANCopyNothing(_ name: String) throws {
    let graph = optimize(try OfficialModel.named(name).graph)
    for plan in [plan(graph), deploymentPlan(graph)] {
      #expect(plan.steps.allSatisfy { if case .identity = $0.op { false } else { true } })
    }
  }
}
