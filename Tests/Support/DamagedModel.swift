import Compiler
import Diagnostics
import ModelIR
import ModelSyntax

/// The compiler's results for a text that may not be a model, as far as it gets.
package enum DamagedModel {
  /// The compiler's errors, and its violations of invariants.
  package struct Outcome {
    package var failure: CompileFailure?
    package var problems: [String] = []

    package init() {}
  }

  /// Reads a text, and elaborates, checks, optimises, plans and counts it when it is a model and `isWhole`.
  package static func compile(_ source: SourceFile, isWhole: Bool = true) -> Outcome {
    var outcome = Outcome()
    do throws(CompileFailure) {
      let model = try readModel(try parseYAML(source), library: .standard)
      outcome.problems += problems(model.warnings, in: source)
      guard isWhole else {
        _ = try model.value.refusingFaults()
        return outcome
      }
      let graph: Graph
      do throws(CompileFailure) {
        graph = try elaborate(model.value, library: .standard)
      } catch {
        throw error.offering(Renumbering.find(model.value)?.fixIt)
      }
      outcome.problems += problems(check(model.value, graph), in: source)
      let optimized = optimize(graph)
      let plan = deploymentPlan(optimized)  // verifies itself
      if plan.outputs.count != optimized.outputs.count { outcome.problems.append("the plan has other outputs") }
      let report = ModelReport(graph, optimized: optimized)
      if report.inference.parameters > report.training.parameters {
        outcome.problems.append("inference has more parameters")
      }
    } catch {
      outcome.failure = error
      if !error.diagnostics.contains(where: { $0.severity == .error }) { outcome.problems.append("no error") }
      outcome.problems += problems(error.diagnostics, in: source)
    }
    return outcome
  }

  /// The errors in diagnostics about a file: in their ranges, their texts and the results of their fix-its.
  package static func problems(_ diagnostics: [Diagnostic], in source: SourceFile) -> [String] {
    var found: [String] = []
    for diagnostic in diagnostics {
      let ranges =
        [diagnostic.primary.range] + diagnostic.secondary.map(\.range)
        + diagnostic.fixIts.flatMap { $0.edits.map(\.range) }
      for range in ranges where range.lower < 0 || range.lower > range.upper || range.upper > range.file.bytes.count {
        found.append("\(diagnostic.code) points outside the file: \(range.lower)..<\(range.upper)")
      }
      if diagnostic.primary.range.file !== source { found.append("\(diagnostic.code) points into another file") }
      if diagnostic.message.isEmpty { found.append("\(diagnostic.code) says nothing") }
      let text = TextRenderer(colour: true).render(diagnostic)
      if !text.contains(diagnostic.code.rawValue) { found.append("\(diagnostic.code) is not rendered") }
    }
    let fixIts = diagnostics.flatMap(\.fixIts)
    if source.applying(fixIts).applied > fixIts.count { found.append("more fix-its applied than there are") }
    return found
  }
}
