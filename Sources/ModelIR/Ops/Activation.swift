/// An activation function, as PyTorch defines it.
package enum Activation: Sendable, Hashable {
  case identity
  case silu
  case relu
  case relu6
  case leakyReLU(slope: Double)
  case elu(alpha: Double)
  case gelu
  case mish
  case hardswish
  case hardsigmoid
  case sigmoid
  case tanh

  /// The functions without a parameter: their text and their name in `torch.nn`.
  private static let plain: [(Activation, text: String, torch: String)] = [
    (.identity, "identity", "Identity"), (.silu, "silu", "SiLU"), (.relu, "relu", "ReLU"), (.relu6, "relu6", "ReLU6"),
    (.gelu, "gelu", "GELU"), (.mish, "mish", "Mish"), (.hardswish, "hardswish", "Hardswish"),
    (.hardsigmoid, "hardsigmoid", "Hardsigmoid"), (.sigmoid, "sigmoid", "Sigmoid"), (.tanh, "tanh", "Tanh"),
  ]

  /// The names that `init(torchName:argument:)` knows.
  package static let torchNames = plain.map(\.torch) + ["LeakyReLU", "ELU"]

  /// The function of a class in `torch.nn`, with its first argument or PyTorch's default.
  package init?(torchName: String, argument: Double? = nil) {
    switch torchName {
    case "LeakyReLU": self = .leakyReLU(slope: argument ?? 0.01)
    case "ELU": self = .elu(alpha: argument ?? 1)
    default:
      guard argument == nil, let row = Self.plain.first(where: { $0.torch == torchName }) else { return nil }
      self = row.0
    }
  }

  /// Reads what `description` prints.
  package init?(text: String) {
    if let row = Self.plain.first(where: { $0.text == text }) {
      self = row.0
      return
    }
    guard text.hasSuffix(")"), let open = text.firstIndex(of: "("),
      let value = Double(text[text.index(after: open)...].dropLast()), value.isFinite
    else { return nil }
    switch text[..<open] {
    case "leaky_relu": self = .leakyReLU(slope: value)
    case "elu": self = .elu(alpha: value)
    default: return nil
    }
  }

  package var description: String {
    switch self {
    case .leakyReLU(let slope): "leaky_relu(\(slope))"
    case .elu(let alpha): "elu(\(alpha))"
    default: Self.plain.first { $0.0 == self }?.text ?? "identity"
    }
  }
}
