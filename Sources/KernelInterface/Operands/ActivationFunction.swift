/// Names an elementwise function by PyTorch's definition of it.
///
/// At -∞ `mish` gives NaN, as PyTorch does (∞ times zero); `silu` gives -∞ there, and at finite arguments below -87 a
/// number smaller than x · 2e-38 instead of -0, as nothing is subnormal on its way; `mish` gives -0 at large finite negative
/// arguments. Every function keeps NaN.
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
