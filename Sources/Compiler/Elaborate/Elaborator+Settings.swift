import Diagnostics
import ModelIR
import ModelSyntax

/// The settings of a model: classes, activation, input.
extension Elaborator {
  /// Evaluates the model's settings; returns the names of its classes.
  mutating func readSettings() -> [String] {
    var names: [String] = []
    readParameters()
    switch model.classes.value {
    case .names(let given):
      names = given.map(\.value)
    case .count(let expression):
      if let count = setting(expression, "the class count", in: 1...100_000) {
        names = (0..<count).map { "class \($0)" }
      }
    }
    rowScope[model.classCountName] = names.isEmpty ? .poisoned : .integer(names.count)
    for (name, expression) in model.constants {
      rowScope[name] = (try? settingEvaluator.evaluate(expression)) ?? .poisoned
    }
    if let activation = model.activation { readActivation(activation) }
    if let requestedInput {
      inputSize = requestedInput
    } else if let written = model.inputSize?.value {
      func side(_ expression: Expression) -> Int {
        setting(expression, "a side of the input", in: InputSize.sides) ?? InputSize.standard.height
      }
      let height = side(written[0])
      // One number gives both sides; its error is reported once.
      inputSize = InputSize(height: height, width: written[1].range == written[0].range ? height : side(written[1]))
    }
    return names
  }

  mutating func readParameters() {
    let (values, faults) = model.parameterScope()
    for (name, value) in values { rowScope[name] = value }
    diagnostics += faults
  }

  private var settingEvaluator: ExpressionEvaluator {
    var evaluator = ExpressionEvaluator(scope: rowScope, builder: builder, budget: EvaluationBudget())
    evaluator.hasUnreadNames = model.unread.contains(.values)
    return evaluator
  }

  mutating func setting(_ expression: Expression, _ subject: String, in range: ClosedRange<Int>) -> Int? {
    let value: Value
    do throws(ElaborationFailure) {
      value = try settingEvaluator.evaluate(expression)
    } catch {
      diagnostics += error.faults.map { fault in
        // A word that cannot be a name was not meant as one.
        if fault.code == .unknownName, fault.help.isEmpty, fault.fixIts.isEmpty, case .name = expression.kind {
          return Diagnostic(
            .wrongKind, "\(subject) is an integer", at: expression.range,
            notes: fault.notes.isEmpty ? [fault.message] : fault.notes)
        }
        return Diagnostic(
          fault.code, fault.message, at: fault.range ?? expression.range, notes: fault.notes, help: fault.help,
          fixIts: fault.fixIts)
      }
      return nil
    }
    guard case .integer(let number) = value else {
      diagnostics.append(
        Diagnostic(.wrongKind, "\(subject) is an integer, and this is \(value.kind)", at: expression.range))
      return nil
    }
    guard range.contains(number) else {
      diagnostics.append(
        Diagnostic(
          .argumentRange, "\(subject) is between \(range.lowerBound) and \(range.upperBound), not \(number)",
          at: expression.range))
      return nil
    }
    return number
  }

  mutating func readActivation(_ expression: Expression) {
    do throws(ElaborationFailure) {
      if case .activation(let function) = try settingEvaluator.evaluate(expression) {
        defaultActivation = function
        return
      }
    } catch {
      // It has no value because of an error that was already reported.
      if error.faults.isEmpty { return }
    }
    let written = expression.range.text
    let name = written.split(separator: "(").first?.split(separator: ".").last.map(String.init) ?? written
    diagnostics.append(
      Diagnostic(
        .unknownActivation, "'\(written)' is not a known activation function", at: expression.range,
        notes: ["the activation functions are \(Activation.torchNames.joined(separator: ", "))"],
        help: didYouMean(name, among: Activation.torchNames)))
  }

  mutating func addImage() {
    var input = Input()
    if let expression = model.inputChannels {
      input.channels = setting(expression, "the number of input channels", in: 1...4096) ?? input.channels
    }
    guard let value = try? builder.add(.input(input), [], origin: Origin(row: nil, scope: "images")) else {
      preconditionFailure("An image with a legal number of channels has a type.")
    }
    image = .tensor(value)
    rowScope["images"] = image
  }
}
