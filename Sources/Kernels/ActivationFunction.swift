/// Names an elementwise function by PyTorch's definition of it.
///
/// At -∞, `silu` and `mish` give NaN, as PyTorch's do (∞ divided by ∞, or ∞ times zero); at large finite negative
/// arguments they give -0. Every function keeps NaN.
package enum ActivationFunction: Hashable, Sendable {
  /// x
  case identity
  /// x / (1 + e^-x), with the vectorised exponential's relative error of 2⁻²³ on e^-x
  case silu
  /// max(x, 0)
  case relu
  /// x for x ≥ 0, slope·x below
  case leakyReLU(slope: Float)
  /// x · min(max(x + 3, 0), 6) / 6
  case hardswish
  /// 1 / (1 + e^-x), with the vectorised exponential's relative error of 2⁻²³ on e^-x
  case sigmoid
  /// tanh x
  case tanh
  /// x · tanh(ln(1 + e^x))
  case mish
  /// x · Φ(x), with the exact normal distribution function rather than the tanh approximation
  case gelu
  /// min(max(x, 0), 6)
  case relu6
  /// x for x ≥ 0, alpha·(e^x - 1) below
  case elu(alpha: Float)
  /// min(max(x + 3, 0), 6) / 6
  case hardsigmoid
}
