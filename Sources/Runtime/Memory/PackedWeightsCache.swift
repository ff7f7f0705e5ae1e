import KernelInterface
import Kernels
import ModelIR
import Synchronization

/// The weights of convolutions in the layouts of the kernels that read them, made when a session first asks and shared by
/// all sessions of a model.
final class PackedWeightsCache: Sendable {
  struct Key: Hashable {
    let weight: ParameterExpression
    let bias: ParameterExpression?
    let kernel: ConvolutionKernel
    let layout: GEMMLayout
    let microkernels: String
  }

  private let memory = WeightMemory()
  private let entries = Mutex<[Key: PackedWeights]>([:])

  /// Gives what is there, or makes it, one at a time.
  func find(_ key: Key, make: (WeightMemory) -> PackedWeights?) -> PackedWeights? {
    entries.withLock { entries in
      if let known = entries[key] { return known }
      let made = make(memory)
      entries[key] = made
      return made
    }
  }
}
