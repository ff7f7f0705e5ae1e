import KernelInterface
import Kernels
import ModelIR
import Tensors

/// The weights of a plan in memory, each on a cache line: mapped from its file where they are stored so, as F32, copied
/// otherwise.
///
/// The format allows no gaps between tensors, so a few biases of odd sizes lie in the file between cache lines; they are
/// some thousand bytes. Tensors in a narrow type are widened.
///
/// Many sessions may share one set.
package final class Weights: Sendable {
  /// Keeps the mapping alive that the pointers lead into.
  private let file: TensorFile?
  /// What could not be mapped, one weight after another, each on a cache line.
  private let copies: AlignedFloats
  private let cache = PackedWeightsCache()
  nonisolated(unsafe) private let pointers: [String: UnsafePointer<Float>]

  /// The weights that `plan` names, from its file.
  ///
  /// - Parameter plan: A verified plan.
  package init(for plan: Plan, in file: TensorFile) throws(ModelError) {
    var pointers: [String: UnsafePointer<Float>] = [:]
    var places: [String: Int] = [:]
    var count = 0
    for use in plan.parameters {
      guard case .stored(let name) = use.expression else {
        throw ModelError("\(file.path): the plan has a weight that was never computed, \(use.expression.description)")
      }
      guard let entry = file[name], entry.shape == use.shape else {
        throw ModelError("\(file.path): the plan needs the weight '\(name)' of shape \(use.shape)")
      }
      guard entry.count <= Int32.max else {
        throw ModelError("\(file.path): the weight '\(name)' has more numbers than can be multiplied with")
      }
      guard entry.type.isFloatingPoint else {
        throw ModelError(
          "\(file.path): the weight '\(name)' is stored as \(entry.type.safetensorsName), which is no real number")
      }
      if let mapped = file.mappedFloats(name)?.baseAddress, UInt(bitPattern: mapped) % 64 == 0 {
        pointers[name] = mapped
      } else if places[name] == nil {
        places[name] = count
        // Every element has a byte in the file at least, so the sum is far from overflow.
        count += Self.wholeLines(entry.count)
      }
    }
    copies = try AlignedFloats(count: count, for: "the weights")
    do throws(TensorFileError) {
      for (name, place) in places {
        try file.copyFloats(name, to: copies.start + place)
        pointers[name] = UnsafePointer(copies.start + place)
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
    let count = tensors.reduce(0) { $0 + Self.wholeLines($1.tensor.values.count) }
    copies = AlignedFloats(count: count)
    var pointers: [String: UnsafePointer<Float>] = [:]
    var next = copies.start
    for (name, tensor) in tensors {
      _ = UnsafeMutableBufferPointer(start: next, count: tensor.values.count).update(fromContentsOf: tensor.values)
      pointers[name] = UnsafePointer(next)
      next += Self.wholeLines(tensor.values.count)
    }
    self.pointers = pointers
  }

  /// The floats of as many cache lines as a number of floats takes.
  private static func wholeLines(_ count: Int) -> Int {
    (count + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
  }

  /// The numbers that a step of the plan reads, row-major; valid as long as this object lives.
  package func numbers(of use: ParameterUse) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: self[use.expression], count: use.shape.reduce(1, *))
  }

  /// The numbers of a weight, row-major; valid as long as this object lives.
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
    let key = PackedWeightsCache.Key(weight: weight, bias: bias, kernel: kernel, layout: layout, code: microkernels.name)
    let packed = cache.find(key) { memory in
      let packed = PackedWeights(
        kernel, layout, weight: self[weight], bias: bias.map { self[$0] }, in: memory, microkernels: microkernels, pool: pool)
      // Nobody reads the file's numbers again, or only for another kernel.
      if case .stored(let name) = weight { file?.releasePages(of: name) }
      return packed
    }
    guard let packed else { throw ModelError("there is no memory for the weights as the kernels read them") }
    return packed
  }
}
