import ModelIR

extension LoweredPlan: CustomStringConvertible {
  /// Each stage's decisions as text: the target, a line for each buffer, a line for each step, the memory.
  package var description: String {
    let header =
      "lowered \"\(plan.name)\" \(sized.height)x\(sized.width) kernels=\(target.instructions.rawValue) "
      + "precision=\(target.precision.rawValue) threads=\(target.threads)"
    return ([header] + plan.buffers.indices.map(bufferText) + plan.steps.indices.map(stepText) + [memoryText])
      .joined(separator: "\n")
  }

  /// `buffer 3: fp32 64x80x80, pixels of 256 bytes, 1638400 bytes at 0, live 2...5`
  private func bufferText(_ buffer: Int) -> String {
    let lifetime = arena.lifetimes[buffer]
    let unit = plan.buffers[buffer].extents == nil ? "anchors" : "pixels"
    return "buffer \(buffer): \(storage.elementTypes[buffer].rawValue) \(shapeText(sized.shape(ofBuffer: buffer))), "
      + "\(unit) of \(storage.pixelStride(plan, buffer)) bytes, \(arena.sizes[buffer]) bytes at \(arena.offsets[buffer]), "
      + "live \(lifetime.lowerBound)...\(lifetime.upperBound)"
  }

  /// `step 4: conv2d b2[0:32] b3[0:32] -> b4[0:64], 64x80x80 fp32; winograd4, 40 blocks of 10 tiles, scratch 81920`
  private func stepText(_ index: Int) -> String {
    let step = plan.steps[index]
    let inputs = step.inputs.map(viewText).joined(separator: " ")
    let what =
      "step \(index): \(step.op.name) \(inputs) -> \(viewText(step.output)), \(shapeText(sized.shape(step.output))) "
      + storage.elementType(of: step.output).rawValue
    return what + (convolutions[index].map { "; \($0.description)" } ?? "")
  }

  private var memoryText: String {
    "memory: \(arena.byteCount) bytes of buffers, \(scratchByteCount) of scratch, "
      + "\(saturatingSum(tensorByteCounts)) of input and outputs an image"
  }

  private func viewText(_ view: BufferView) -> String { "b\(view.buffer)[\(view.lower):\(view.upper)]" }

  private func shapeText(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
}
