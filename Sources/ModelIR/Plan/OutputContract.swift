/// What one result of a plan is: its name, where it lies and what its elements mean.
///
/// The compiler states the meaning once, from the operator that makes the result (`Operator.resultMeaning`). Code that
/// uses results (detection, evaluation, export, reports) reads it here and never infers it from shapes.
package struct OutputContract: Sendable, Hashable {
  package var name: String
  package var view: BufferView
  package var meaning: Meaning

  package init(name: String, view: BufferView, meaning: Meaning = .tensor) {
    self.name = name
    self.view = view
    self.meaning = meaning
  }

  /// A kind of result. A new kind is one more case here, with a type that gives its text and its check.
  package enum Meaning: Sendable, Hashable {
    /// Elements of which nothing more is known.
    case tensor
    /// Boxes with class probabilities.
    case detections(DetectionContract)
  }
}

extension OutputContract.Meaning {
  /// The contract of detections; `nil` for every other kind.
  package var detections: DetectionContract? { if case .detections(let contract) = self { contract } else { nil } }

  /// Whether the elements are predictions of a head rather than features.
  package var isPrediction: Bool { self != .tensor }
}

extension OutputContract {
  /// The contract of detections; `nil` for every other kind.
  package var detections: DetectionContract? { meaning.detections }

  /// Checks that a result of this type can mean what the contract says.
  func verify(_ type: TensorType, classCount: Int) throws(PlanError) {
    switch meaning {
    case .tensor: break
    case .detections(let contract): try contract.verify(type, classCount: classCount, owner: "the output '\(name)'")
    }
  }
}

extension Plan {
  /// States what the outputs mean from the steps that make them: for plans whose text has no contracts.
  mutating func deriveOutputContracts() {
    // Identities copy a result, with what it means. Backwards, each is met after the steps that read its output.
    var sources = Dictionary(grouping: outputs.indices) { outputs[$0].view }
    for step in steps.reversed() {
      guard !sources.isEmpty else { break }
      guard let readers = sources.removeValue(forKey: step.output) else { continue }
      if case .identity = step.op, let input = step.inputs.first {
        sources[input, default: []] += readers
      } else {
        for index in readers { outputs[index].meaning = step.op.semantics.resultMeaning }
      }
    }
  }
}
