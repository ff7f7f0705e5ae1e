import Compiler
import Foundation
import ModelIR
import TestSupport
import Testing

/// Passes and the planner on small graphs as text, one file a case.
@Suite struct PassTests {
  static let passFiles = GoldenFile.urls("passes", extension: "ir")
  static let planFiles = GoldenFile.urls("plan", extension: "ir")

  @Test(arguments: passFiles)
  func passesRewriteAsTheirFilesSay(_ url: URL) throws {
    let name = url.deletingLastPathComponent().lastPathComponent
    let pass = try #require([Pass].inference.first { $0.name == name })
    let golden = try GoldenFile(url)
    let before = try Graph(text: golden.before)
    #expect(before.description == golden.before, "the text before is written as it would be printed")
    try golden.expect(pass.run(before).description)
    if url.lastPathComponent == "unchanged.ir" { #expect(golden.after == golden.before) }
  }

  @Test func everyPassHasAFolderAndNoFolderIsAnOrphan() {
    let folders = Dictionary(grouping: Self.passFiles) { $0.deletingLastPathComponent().lastPathComponent }
    #expect(Set(folders.keys) == Set([Pass].inference.map(\.name)))
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
  }

  /// Two buffers may share memory only when their lifetimes do not overlap; each is as large as what it holds.
  @Test(arguments: OfficialModel.wholeNames)
  func noTwoLiveBuffersShareMemory(_ name: String) throws {
    let plan = plan(optimize(try OfficialModel.named(name).graph))
    for (height, width) in [(64, 64), (320, 640)] {
      let memory = try #require(MemoryPlan(plan, height: height, width: width))
      for (index, buffer) in plan.buffers.enumerated() {
        let elements = try #require(buffer.shape(height: height, width: width)).reduce(1, *)
        #expect(memory.sizes[index] >= elements && memory.offsets[index] + elements <= memory.count)
        for other in 0..<index where memory.lifetimes[other].overlaps(memory.lifetimes[index]) {
          let mine = memory.offsets[index]..<memory.offsets[index] + memory.sizes[index]
          let theirs = memory.offsets[other]..<memory.offsets[other] + memory.sizes[other]
          #expect(!mine.overlaps(theirs), "buffers \(other) and \(index)")
        }
      }
    }
    #expect(MemoryPlan(plan, height: 65, width: 64) == nil)
  }

  /// Each value of these networks is joined at most once, so no join has to copy.
  @Test(arguments: ["gelan-t", "gelan-c", "gelan-e"])
  func joinsOfGELANCopyNothing(_ name: String) throws {
    let plan = plan(optimize(try OfficialModel.named(name).graph))
    #expect(plan.steps.allSatisfy { if case .identity = $0.op { false } else { true } })
  }
}
