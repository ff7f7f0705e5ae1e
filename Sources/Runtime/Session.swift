import Elements
import KernelInterface
import Kernels
import ModelIR

/// A model opened at one input size, with the memory to run it.
///
/// A session runs any number of images at a time, one after another in the memory of one: what makes a larger batch pay
/// on other devices, weights that are read once for many images, a large map gives already, and every further image
/// would only push the others' maps out of the caches.
///
/// Not for use by several threads at once; sessions of one model share its weights.
package final class Session {
  package let plan: Plan
  /// The input size in pixels.
  package let height: Int
  package let width: Int
  /// The images of a run.
  package let batch: Int
  /// The steps in order, with the kernels that this machine runs them by.
  package let steps: [PreparedStep]

  private let weights: Weights
  /// The buffers, and after them the scratch memory of kernels.
  private let arena: AlignedFloats
  /// The inputs of all images, then each output of all images, in planes.
  private let planes: AlignedFloats
  private let memory: MemoryPlan
  private let pool: ThreadPool
  /// What the inner loops use of the processor.
  package let instructions: InstructionSet
  /// What convolutions may round to before they multiply, and maps be kept in.
  package let precision: ElementType
  /// The plan's buffers that are kept in bf16.
  package let mapsInBF16: Set<Int>
  private let microkernels: Microkernels
  private let inputMap: FeatureMap
  /// Each output that is a map.
  private let outputMaps: [FeatureMap?]

  /// - Parameters:
  ///   - height: A multiple of what the plan's input contract names, in pixels; nothing for the plan's own size.
  ///   - batch: How many images a run takes, at least 1.
  ///   - threads: How many threads a run may use.
  ///   - instructions: What the inner loops may use of the processor; all that it has by default.
  ///   - precision: What convolutions may round to before they multiply, and maps be kept in.
  package init(
    _ model: InferenceModel, height: Int? = nil, width: Int? = nil, batch: Int = 1, threads: Int,
    instructions: InstructionSet = .best, precision: ElementType = .fp32
  ) throws(ModelError) {
    plan = model.plan
    weights = model.weights
    self.batch = batch
    self.instructions = instructions
    self.precision = precision
    guard instructions.supports(precision) else {
      throw ModelError(
        "this processor multiplies no numbers in \(precision.rawValue) with its \(instructions.rawValue) kernels")
    }
    guard batch >= 1 else { throw ModelError("a session runs at least one image, not \(batch)") }
    let input = plan.input
    self.height = height ?? input.height
    self.width = width ?? input.width
    let size = "an input of \(self.height)x\(self.width)"
    guard self.height > 0, self.width > 0, self.height % input.heightMultiple == 0,
      self.width % input.widthMultiple == 0
    else {
      throw ModelError(
        "\(size) is not legal for this plan; heights are multiples of \(input.heightMultiple) and widths of "
          + "\(input.widthMultiple)")
    }
    let tooLargeOrSmall = ModelError("\(size) is too large, or too small, for the maps of this plan")
    guard MemoryPlan.sizes(of: plan, height: self.height, width: self.width) != nil else { throw tooLargeOrSmall }

    microkernels = instructions.microkernels
    let geometry = StepGeometry(
      plan: plan, height: self.height, width: self.width, precision: precision, microkernels: microkernels)
    mapsInBF16 = geometry.rounded
    guard let memory = MemoryPlan(plan, height: self.height, width: self.width, halved: mapsInBF16) else {
      throw tooLargeOrSmall
    }
    self.memory = memory
    pool = ThreadPool(threads: threads)
    let scratchStart = memory.count + MemoryPlan.alignment
    arena = try AlignedFloats(
      count: saturatingSum([scratchStart, geometry.scratchByteCount(threads: pool.threads) / 4, MemoryPlan.overrun]),
      for: "the buffers of \(size)")
    let ends = ([plan.input.view] + plan.outputs.map(\.view)).map { geometry.shape($0).reduce(1, *) }
    planes = try AlignedFloats(
      count: saturatingProduct(batch, saturatingSum(ends)), for: "the tensors of \(batch) image\(batch == 1 ? "" : "s")"
    )
    // With one image, what is planar already is made where it is asked for.
    var direct: [Int: UnsafeMutablePointer<Float>] = [:]
    for (index, output) in plan.outputs.enumerated() where batch == 1 && plan.isWholePlanes(output.view) {
      direct[output.view.buffer] = planes.start + ends[...index].reduce(0, +)
    }
    let operands = StepOperands(
      arena: arena.start, direct: direct, memory: memory, scratch: arena.start + scratchStart, weights: weights,
      microkernels: microkernels, pool: pool)
    var steps: [PreparedStep] = []
    for step in plan.steps { steps.append(try prepare(step, geometry, operands)) }
    self.steps = steps
    inputMap = operands.map(plan.input.view, geometry)
    outputMaps = model.plan.outputs.map { output in
      geometry.plan.type(of: output.view).extents == nil ? nil : operands.map(output.view, geometry)
    }
  }

  /// The shape of one image, (channels, height, width).
  package var inputShape: [Int] { shape(plan.input.view) }

  /// The input to be filled before a run: (batch, channels, height, width), values from 0 to 1.
  package var input: UnsafeMutableBufferPointer<Float> { tensor(0) }

  /// Runs every step, for one image after another.
  package func run() {
    for image in 0..<batch {
      readImage(image)
      for step in steps { step.run() }
      writeOutputs(image)
    }
  }

  /// The bytes of its own that it may touch; weights are shared by all sessions of a model.
  package var byteCount: Int { (arena.count + planes.count) * MemoryLayout<Float>.stride }

  /// Brings an image from its planes into the pixels that the first step reads.
  package func readImage(_ image: Int) {
    guard let start = tensor(0, image).baseAddress else { return }
    readPlanes(start, to: inputMap, microkernels: microkernels, pool: pool)
  }

  /// Brings what the last step has made into the outputs of an image.
  package func writeOutputs(_ image: Int) {
    for (index, output) in plan.outputs.enumerated() {
      guard let start = tensor(index + 1, image).baseAddress else { continue }
      if let map = outputMaps[index] {
        writePlanes(map, to: start, microkernels: microkernels, pool: pool)
      } else if batch > 1 || !plan.isWholePlanes(output.view) {
        let rows = shape(output.view).reduce(1, *) / (output.view.upper - output.view.lower)
        start.update(
          from: arena.start + memory.offsets[output.view.buffer] + output.view.lower * rows,
          count: (output.view.upper - output.view.lower) * rows)
      }
    }
  }

  /// The shape of an output for one image, such as (84, 8400).
  package func outputShape(_ index: Int) -> [Int] { shape(plan.outputs[index].view) }

  /// The numbers of an output, (batch, channels, anchors), valid until the next run.
  package func output(_ index: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(tensor(index + 1)) }

  private func shape(_ view: BufferView) -> [Int] { plan.type(of: view).shape(height: height, width: width) ?? [] }

  /// The input, number 0, or an output, from 1 on, of all images or of one.
  private func tensor(_ number: Int, _ image: Int? = nil) -> UnsafeMutableBufferPointer<Float> {
    let counts = ([plan.input.view] + plan.outputs.map(\.view)).map { shape($0).reduce(1, *) }
    let start = planes.start + batch * counts[..<number].reduce(0, +)
    return UnsafeMutableBufferPointer(
      start: start + (image ?? 0) * counts[number], count: (image == nil ? batch : 1) * counts[number])
  }
}

extension Plan {
  /// Whether a view shows all of a buffer that is planar as it is, as predictions are.
  fileprivate func isWholePlanes(_ view: BufferView) -> Bool {
    let buffer = buffers[view.buffer]
    return buffer.extents == nil && view.lower == 0 && view.upper == buffer.channels
      && outputs.filter { $0.view.buffer == view.buffer }.count == 1
  }
}
