import Glibc
import Kernels
import ModelIR

/// A model opened at one input size, with the memory to run it.
///
/// Not for use by several threads at once; sessions of one model share its weights.
package final class Session {
  package let plan: Plan
  /// The input size in pixels.
  package let height: Int
  package let width: Int
  /// The floats of the arena that all buffers share.
  package let arenaCount: Int
  /// The steps in order, with the kernels that this machine runs them by.
  package let steps: [PreparedStep]

  private let weights: Weights
  private let arena: UnsafeMutablePointer<Float>
  private let memory: MemoryPlan
  private let pool: ThreadPool

  /// - Parameters:
  ///   - height: A multiple of what the plan's input contract names, in pixels; nothing for the plan's own size.
  ///   - threads: How many threads a run may use.
  package init(_ model: InferenceModel, height: Int? = nil, width: Int? = nil, threads: Int) throws(ModelError) {
    plan = model.plan
    weights = model.weights
    let input = plan.input
    self.height = height ?? input.height
    self.width = width ?? input.width
    guard self.height > 0, self.width > 0, self.height % input.heightMultiple == 0,
      self.width % input.widthMultiple == 0,
      let memory = MemoryPlan(plan, height: self.height, width: self.width)
    else {
      throw ModelError(
        "an input of \(self.height)x\(self.width) is not legal for this plan; heights are multiples of "
          + "\(input.heightMultiple) and widths of \(input.widthMultiple)")
    }
    self.memory = memory

    let geometry = StepGeometry(plan: plan, height: self.height, width: self.width)
    pool = ThreadPool(threads: threads)
    arenaCount = memory.count
    arena = try Self.allocate(memory.count + geometry.scratchCount(threads: pool.threads))
    let operands = StepOperands(
      arena: arena, memory: memory, scratch: arena + memory.count, weights: weights, pool: pool)
    steps = plan.steps.map { prepare($0, geometry, operands) }
  }

  deinit {
    free(arena)
  }

  /// Memory at a cache line's boundary, if the machine has that much.
  private static func allocate(_ count: Int) throws(ModelError) -> UnsafeMutablePointer<Float> {
    let bytes = count * MemoryLayout<Float>.stride
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    var pointer: UnsafeMutableRawPointer?
    guard bytes <= physical, posix_memalign(&pointer, 64, max(bytes, 64)) == 0, let pointer else {
      throw ModelError(
        "an input of this size needs \(bytes >> 20) MiB of memory, and the machine has \(physical >> 20)")
    }
    return pointer.bindMemory(to: Float.self, capacity: count)
  }

  /// The shape of the input, (channels, height, width).
  package var inputShape: [Int] { [plan.input.view.upper - plan.input.view.lower, height, width] }

  /// The input to be filled before a run: (channels, height, width), values from 0 to 1.
  package var input: UnsafeMutableBufferPointer<Float> { buffer(plan.input.view) }

  /// Runs every step.
  package func run() {
    for step in steps { step.run() }
  }

  /// The shape of an output, such as (84, 8400).
  package func outputShape(_ index: Int) -> [Int] {
    plan.type(of: plan.outputs[index].view).shape(height: height, width: width) ?? []
  }

  /// The numbers of an output, valid until the next run.
  package func output(_ index: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(buffer(plan.outputs[index].view))
  }

  private func buffer(_ view: BufferView) -> UnsafeMutableBufferPointer<Float> {
    let shape = plan.type(of: view).shape(height: height, width: width) ?? []
    let plane = shape.dropFirst().reduce(1, *)
    return UnsafeMutableBufferPointer(
      start: arena + memory.offsets[view.buffer] + view.lower * plane, count: shape.reduce(1, *))
  }
}
