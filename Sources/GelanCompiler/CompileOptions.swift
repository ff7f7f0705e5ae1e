import Elements
import Glibc
import Kernels

/// Where a plan's weights come from.
public enum WeightsSource: Sendable, Hashable {
  /// A PyTorch checkpoint or a safetensors file in the names of the official state dictionary; which of them it is is
  /// read off its content. Nothing of a checkpoint is run.
  ///
  /// - `key`: The model to take of a checkpoint that has several; `nil` for its exponential moving average, or the only
  ///   one.
  case file(path: String, key: String? = nil)
  /// Random weights, the same on every machine, to try a design before it is trained.
  case random(seed: UInt64)
}

/// How a plan is made.
public struct CompileOptions: Sendable {
  /// Whether the plan is compared with the unfused training graph: both are run on the same made-up images.
  public enum Verification: Sendable, Hashable {
    /// Only with weights from a file.
    case automatic
    case always
    case never
  }

  /// The type that a plan stores weights in. Biases and other vectors stay fp32.
  public enum WeightsType: String, CaseIterable, Sendable, Hashable {
    case fp32, fp16, bf16
  }

  /// What the model is built for. With weights from a file, a number of classes here wins over the file's.
  public var model: ModelOptions
  public var verification: Verification
  public var weightsType: WeightsType
  /// Whether to leave out rewrites that pay only with gelan's own kernels, for export to other engines.
  public var isPortable: Bool
  /// The number of threads that verification may use; `nil` for one per core.
  public var threads: Int?
  /// What verification may use of the processor.
  package var instructions = InstructionSet.best

  public init(
    model: ModelOptions = ModelOptions(), verification: Verification = .automatic, weightsType: WeightsType = .fp32,
    isPortable: Bool = false, threads: Int? = nil
  ) {
    self.model = model
    self.verification = verification
    self.weightsType = weightsType
    self.isPortable = isPortable
    self.threads = threads
  }

  var threadCount: Int { threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// What happens while a model is compiled, as it happens.
public enum CompileEvent: Sendable {
  /// Warnings about the model.
  case warnings([ModelDiagnostic])
  case note(CompileNote)
  /// Something that may take seconds begins.
  case started(Phase)
  case finished(Phase)

  public enum Phase: Sendable, Hashable {
    /// Comparing the plan with the training graph.
    case verification
    /// Measuring what narrow weights cost.
    case comparison
    /// Looking for a model that the weights fit, beside one that they do not.
    case search
  }
}

/// Something worth knowing about a compiled plan, for people.
public struct CompileNote: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// One of several models of the checkpoint was taken.
    case checkpointKey
    /// The checkpoint was trained for another number of classes than the model is written for.
    case classCount
    /// The checkpoint has no auxiliary branch, or its normalisations are folded.
    case checkpointForm
    /// The checkpoint's batch normalisations have another epsilon.
    case epsilon
    /// The checkpoint has tensors that the model does not have.
    case unusedTensors
    /// Neither checkpoint nor model names the classes.
    case classNames
    /// The weights are random.
    case randomWeights
    /// The checkpoint was trained with other strides.
    case strides
  }

  public let kind: Kind
  /// One sentence in lower case, without a full stop.
  public let text: String
}
