import Diagnostics
import ModelIR

extension PrimitiveCall {
  /// Converts a type error to a fault about this use of an operator.
  static func failure(for error: TypeError, of op: Op, _ inputs: [ValueID], in builder: GraphBuilder)
    -> ElaborationFailure
  {
    let name = op.name
    func type(_ index: Int) -> TensorType { builder.type(of: inputs[index]) }
    func operand(_ index: Int) -> (value: ValueID, message: String) { (inputs[index], type(index).description) }
    switch error {
    case .inputCount(let expected, let found):
      return .fault(
        .inputCount, "\(name) takes \(expected.lowerBound)\(expected.count > 1 ? " or more" : "") inputs, not \(found)",
        nil)
    case .notAMap(let input):
      return .fault(
        ElaborationFailure.Fault(
          code: .notATensor, message: "\(name) needs feature maps, and this is a set of predictions", column: .from,
          operands: [operand(input)]))
    case .channels(let input, let expected, let found):
      let isPair = inputs.count > 1 && input > 0
      return .fault(
        ElaborationFailure.Fault(
          code: .channelMismatch,
          message: isPair
            ? "inputs of \(name) have \(expected) and \(found) channels"
            : "\(name) needs \(expected) channels, not \(found)",
          column: .from, notes: isPair ? ["\(name) needs inputs of the same shape"] : [],
          operands: (isPair ? [0, input] : [input]).map(operand)))
    case .extents(let input, _, _):
      let isConcat = if case .concat = op { true } else { false }
      return .fault(
        ElaborationFailure.Fault(
          code: .shapeMismatch, message: "inputs of \(name) differ in height or width", column: .from,
          notes: [
            isConcat
              ? "concatenation needs inputs of the same height and width, for every input size"
              : "\(name) needs inputs of the same shape, for every input size"
          ],
          operands: [0, input].map(operand)))
    case .channelsNotDivisible(let channels, let divisor, let attribute):
      let what = attribute == "g" ? "\(divisor) groups" : "\(divisor) equal parts"
      return .fault(
        ElaborationFailure.Fault(
          code: .channelsNotDivisible, message: "\(channels) channels cannot be split into \(what)",
          blamed: [attribute],
          column: .arguments, operands: inputs.isEmpty ? [] : [operand(0)]))
    case .sizeNotDivisible(_, let divisor):
      return .fault(
        ElaborationFailure.Fault(
          code: .sizeNotDivisible, message: "no input size makes this height and width divisible by \(divisor)",
          column: .from, operands: [operand(0)]))
    case .attribute(let attribute, let value, let allowed):
      let least = "at least \(allowed.lowerBound)"
      let range = value < allowed.lowerBound ? least : "at most \(allowed.upperBound)"
      return .fault(
        ElaborationFailure.Fault(
          code: .argumentRange, message: "is \(range), not \(value)", subject: (name, attribute),
          blamed: [attribute], column: .arguments))
    case .tooLarge:
      return .fault(
        .tooLarge, "the model becomes too large here", nil, column: .block,
        notes: [
          "a tensor has at most \(TensorType.maximumChannels) channels, and a model at most \(GraphBuilder.maximumNodes) operators"
        ])
    }
  }
}
