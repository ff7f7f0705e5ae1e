/// Why a plan cannot be run.
package struct PlanError: Error, Sendable, Hashable {
  package let message: String
}

extension Plan {
  /// Checks everything that running relies on, so that a plan from a file can be trusted:
  ///
  /// - every view lies in its buffer;
  /// - every step's result has the type that its operator infers from its inputs;
  /// - every channel is written at most once, and before it is read; no step writes over what it reads;
  /// - the outputs are written and can mean what their contracts say, and the input is a feature map as large as the image.
  package func verify() throws(PlanError) {
    guard steps.count <= 4 * GraphBuilder.maximumNodes, buffers.count <= GraphBuilder.maximumNodes else {
      throw PlanError(message: "the plan has more steps or buffers than any network")
    }
    guard (1...Plan.maximumOutputs).contains(outputs.count) else {
      throw PlanError(message: "a plan has 1 to \(Plan.maximumOutputs) outputs")
    }
    guard Set(outputs.map(\.name)).count == outputs.count else { throw PlanError(message: "two outputs have one name") }
    var written = WrittenChannels(bufferCount: buffers.count)
    try checkBounds(input.view, "the input")
    guard type(of: input.view).layout == .map(height: .input, width: .input) else {
      throw PlanError(message: "the input is not as large as the image")
    }
    for (multiple, side) in [(input.heightMultiple, input.height), (input.widthMultiple, input.width)] {
      guard multiple >= 1, side >= 1, side <= 1 << 20, side % multiple == 0 else {
        throw PlanError(message: "the input's size is not a multiple of what the plan names")
      }
    }
    for buffer in buffers {
      guard input.heightMultiple % buffer.heightMultiple == 0, input.widthMultiple % buffer.widthMultiple == 0 else {
        throw PlanError(message: "the input's multiples do not fit the buffer \(buffer.description)")
      }
    }
    written.insert(input.view)
    for (index, step) in steps.enumerated() {
      let name = "step \(index) (\(step.op.name))"
      guard step.op.canBeStep else { throw PlanError(message: "\(name) is an operator that no step can have") }
      try checkBounds(step.output, name)
      for view in step.inputs {
        try checkBounds(view, name)
        guard written.covers(view) else { throw PlanError(message: "\(name) reads what no step before it has written") }
      }
      guard !written.touches(step.output) else { throw PlanError(message: "\(name) writes what was written already") }
      if case .decodeDetections(let decode) = step.op, decode.classes != classNames.count {
        throw PlanError(message: "\(name) has \(decode.classes) classes, and the plan names \(classNames.count)")
      }
      let inferred: TensorType
      do {
        inferred = try step.op.semantics.resultType(step.inputs.map(type))
      } catch {
        throw PlanError(message: "\(name) does not accept its inputs: \(error)")
      }
      guard inferred == type(of: step.output) else {
        throw PlanError(message: "\(name) makes \(inferred.description), not \(type(of: step.output).description)")
      }
      written.insert(step.output)
    }
    for output in outputs {
      try checkBounds(output.view, "the output '\(output.name)'")
      guard written.covers(output.view) else {
        throw PlanError(message: "the output '\(output.name)' is never written")
      }
      try output.verify(type(of: output.view), classCount: classNames.count)
    }
  }

  private func checkBounds(_ view: BufferView, _ owner: String) throws(PlanError) {
    guard buffers.indices.contains(view.buffer), view.lower >= 0, view.lower < view.upper,
      view.upper <= buffers[view.buffer].channels
    else { throw PlanError(message: "\(owner) uses channels outside its buffer") }
  }
}

extension Op {
  /// Whether a plan may contain the operator: concats and slices have become views and copies, normalisations are folded.
  fileprivate var canBeStep: Bool {
    switch self {
    case .input, .batchNorm, .concat, .slice: false
    case .conv2D, .channelAffine, .activate, .add, .maxPool, .averagePool, .upsample, .resizeNearest, .zeroPad,
      .spaceToDepth, .depthToSpace, .identity, .decodeDetections:
      true
    }
  }
}

/// The channels of each buffer that have been written, as sorted disjoint ranges.
private struct WrittenChannels {
  private var ranges: [[Range<Int>]]

  init(bufferCount: Int) {
    ranges = Array(repeating: [], count: bufferCount)
  }

  mutating func insert(_ view: BufferView) {
    var merged = view.lower..<view.upper
    let first = position(of: view.lower, in: view.buffer)
    var last = first
    while last < ranges[view.buffer].count, ranges[view.buffer][last].lowerBound <= merged.upperBound {
      let other = ranges[view.buffer][last]
      merged = min(merged.lowerBound, other.lowerBound)..<max(merged.upperBound, other.upperBound)
      last += 1
    }
    ranges[view.buffer].replaceSubrange(first..<last, with: [merged])
  }

  /// The first range that ends at or after a channel.
  private func position(of channel: Int, in buffer: Int) -> Int {
    var (low, high) = (0, ranges[buffer].count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[buffer][middle].upperBound < channel { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func covers(_ view: BufferView) -> Bool {
    let index = position(of: view.lower, in: view.buffer)
    guard index < ranges[view.buffer].count else { return false }
    return ranges[view.buffer][index].lowerBound <= view.lower && view.upper <= ranges[view.buffer][index].upperBound
  }

  func touches(_ view: BufferView) -> Bool {
    // A range that only ends where the view begins does not touch it, but the one after it may.
    ranges[view.buffer][position(of: view.lower, in: view.buffer)...].prefix(2).contains {
      $0.overlaps(view.lower..<view.upper)
    }
  }
}
