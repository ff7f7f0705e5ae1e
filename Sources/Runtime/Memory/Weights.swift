import Elements
import KernelInterface
import Kernels
import ModelIR
import Tensors

/// The weights of a plan in memory in fp32, each on a cache line: mapped from the plan file if they are stored so, copied
/// otherwise.
///
/// safetensors allows no gaps between tensors, so a few biases of odd sizes are not aligned in the file; they are some
/// thousand bytes. Tensors in fp16 or bf16 are widened.
///
/// Many sessions may share one set.
package final class Weights: Sendable {
  /// Keeps the mapping alive that the pointers lead into.
  private let file: TensorFile?
  /// Weights that could not be mapped, one after another, each on a cache line.
  private let copies: AlignedMemory
  private let cache = PackedWeightsCache()
  nonisolated(unsafe) private let pointers: [String: UnsafePointer<Float>]

  /// The weights that `plan` names, from its file.
  ///
  /// - Parameter plan: A verified plan.
  package init(for plan: Plan, in file: TensorFile) throws(ModelError) {
    var pointers: [String: UnsafePointer<Float>] = [:]
    var offsets: [String: Int] = [:]
    var byteCount = 0
    for use in plan.parameters {
      guard case .stored(let name) = use.expression else {
        throw ModelError("\(file.path): the plan has a weight that was never computed, \(use.expression.description)")
      }
      guard let entry = file[name], entry.shape == use.shape else {
        throw ModelError("\(file.path): the plan needs the weight '\(name)' of shape \(use.shape)")
      }
      guard entry.count <= Int32.max else {
        throw ModelError("\(file.path): the weight '\(name)' has more elements than kernels can count")
      }
      guard entry.type.isFloatingPoint else {
        throw ModelError(
          "\(file.path): the weight '\(name)' is stored as \(entry.type.safetensorsName), which is not a floating-point type"
        )
      }
      if let mapped = file.mappedFloats(name)?.baseAddress, UInt(bitPattern: mapped) % UInt(BufferLayout.alignment) == 0
      {
        pointers[name] = mapped
      } else if offsets[name] == nil {
        offsets[name] = byteCount
        // Every element has a byte in the file at least, so the sum is far from overflow.
        byteCount += Self.wholeLines(entry.count)
      }
    }
    copies = try AlignedMemory(byteCount: byteCount, for: "the weights")
    do throws(TensorFileError) {
      for (name, offset) in offsets {
        let copy = (copies.start + offset).assumingMemoryBound(to: Float.self)
        try file.copyFloats(name, to: copy)
        pointers[name] = UnsafePointer(copy)
      }
    } catch {
      throw ModelError(error)
    }
    self.file = file
    self.pointers = pointers
  }

  /// Weights that are in memory already, copied.
  package init(_ tensors: [(name: String, tensor: Tensor)]) {
    file = nil
    copies = AlignedMemory(byteCount: tensors.reduce(0) { $0 + Self.wholeLines($1.tensor.values.count) })
    var pointers: [String: UnsafePointer<Float>] = [:]
    var next = copies.start
    for (name, tensor) in tensors {
      let copy = next.bindMemory(to: Float.self, capacity: tensor.values.count)
      _ = UnsafeMutableBufferPointer(start: copy, count: tensor.values.count).update(fromContentsOf: tensor.values)
      pointers[name] = UnsafePointer(copy)
      next += Self.wholeLines(tensor.values.count)
    }
    self.pointers = pointers
  }

  /// The bytes of the cache lines that elements in fp32 take.
  private static func wholeLines(_ count: Int) -> Int {
    roundUp(count * ElementType.fp32.byteCount, to: BufferLayout.alignment)
  }

  /// The elements of a weight that a step of the plan reads, row-major; valid as long as this object lives.
  package func elements(of use: ParameterUse) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: self[use.expression], count: use.shape.reduce(1, *))
  }

  /// The elements of a weight, row-major; valid as long as this object lives.
  subscript(expression: ParameterExpression) -> UnsafePointer<Float> {
    guard case .stored(let name) = expression, let start = pointers[name] else {
      preconditionFailure("A plan's weights were checked when it was opened.")
    }
    return start
  }

  /// The weights of a convolution as a kernel reads them.
  func packed(
    _ kernel: ConvolutionKernel, _ layout: GEMMLayout, weight: ParameterExpression, bias: ParameterExpression?,
    _ microkernels: Microkernels, _ pool: ThreadPool
  ) throws(ModelError) -> PackedWeights {
    let key = PackedWeightsCache.Key(
      weight: weight, bias: bias, kernel: kernel, layout: layout, microkernels: microkernels.name)
    let packed = cache.find(key) { memory in
      let packed = PackedWeights(
        kernel, layout, weight: self[weight], bias: bias.map { self[$0] }, in: memory, microkernels: microkernels,
        pool: pool)
      // The file's elements are not read again, or only for another kernel.
      if case .stored(let name) = weight { file?.releasePages(of: name) }
      return packed
    }
    guard let packed else { throw ModelError("there is no memory for the packed weights of the kernels") }
    return packed
  }
}
