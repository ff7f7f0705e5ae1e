import Diagnostics
import TestSupport

/// Bytes as a model file: no trap on any path from the text to the plan or to the rendered diagnostics.
func fuzzModel(_ bytes: [UInt8]) {
  let outcome = DamagedModel.compile(SourceFile(name: "fuzz.yaml", bytes: bytes))
  precondition(outcome.problems.isEmpty, outcome.problems.joined(separator: "; "))
}
