/// The running statistics and the affine part of a batch normalisation, by the scope of their names.
package struct Normalization: Sendable, Hashable {
  /// The prefix of `weight`, `bias`, `running_mean` and `running_var`.
  package var scope: String
  package var epsilon: Double

  package init(scope: String, epsilon: Double) {
    self.scope = scope
    self.epsilon = epsilon
  }
}

/// An expression whose value is a tensor of weights. Passes fold expressions symbolically; values enter when weights are
/// bound, at the very end.
///
/// With `t = weight / √(running_var + ε)` of a normalisation, per output channel:
package indirect enum ParameterExpression: Sendable, Hashable {
  /// A tensor of the checkpoint, by name.
  case stored(String)
  /// `W · t`: a convolution's weight with the normalisation after it folded in.
  case scaled(ParameterExpression, Normalization)
  /// `bias + (b − running_mean) · t`, with `b` zero when the convolution has no bias.
  case shifted(ParameterExpression?, Normalization)
  /// `t` itself.
  case scale(Normalization)
  /// A square kernel with a border of zeros, so that it becomes larger without meaning anything else.
  case padded(ParameterExpression, from: Int, to: Int)
  /// The kernel that copies its input: 1 in the centre of each channel's own plane.
  case identityKernel
  case sum([ParameterExpression])
  /// Tensors one after another along the output channels, each with so many.
  case joined([Part])
  /// The weights of some input channels, in order, of a convolution that has `of`.
  case inputs(ParameterExpression, [Range<Int>], of: Int)

  package struct Part: Sendable, Hashable {
    package let expression: ParameterExpression
    package let channels: Int

    package init(_ expression: ParameterExpression, channels: Int) {
      self.expression = expression
      self.channels = channels
    }
  }

  /// The names of the checkpoint's tensors that it needs.
  package var storedNames: [String] {
    switch self {
    case .stored(let name): [name]
    case .scaled(let weight, let norm): weight.storedNames + [norm.scope + ".weight", norm.scope + ".running_var"]
    case .shifted(let bias, let norm): (bias?.storedNames ?? []) + norm.tensorNames
    case .scale(let norm): [norm.scope + ".weight", norm.scope + ".running_var"]
    case .padded(let inner, _, _): inner.storedNames
    case .identityKernel: []
    case .sum(let terms): terms.flatMap(\.storedNames)
    case .joined(let parts): parts.flatMap(\.expression.storedNames)
    case .inputs(let inner, _, _): inner.storedNames
    }
  }
}

extension Normalization {
  /// The four tensors of a batch normalisation: the learned two, then the measured two.
  package var tensorNames: [String] { ["weight", "bias", "running_mean", "running_var"].map { "\(scope).\($0)" } }
}

/// A tensor of weights that a node reads.
package struct ParameterUse: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// Learned or frozen; counted.
    case parameter
    /// A statistic of the training data; stored but not counted.
    case buffer
  }

  /// What it is to the operator, such as `weight`.
  package let role: String
  package let expression: ParameterExpression
  package let shape: [Int]
  package let kind: Kind

  package init(_ role: String, _ expression: ParameterExpression, shape: [Int], kind: Kind = .parameter) {
    self.role = role
    self.expression = expression
    self.shape = shape
    self.kind = kind
  }
}
