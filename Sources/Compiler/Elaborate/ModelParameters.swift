import Diagnostics
import ModelIR
import ModelSyntax

extension ModelDeclaration {
  /// The values of the model's parameters, in order, and every fault in them. A default may use the parameters before
  /// it; a faulty one has an unknown value.
  func parameterScope() -> (values: [(name: String, value: Value)], faults: [Diagnostic]) {
    let builder = GraphBuilder(name: name, classNames: [], inputHeight: 1, inputWidth: 1)
    let budget = EvaluationBudget()
    var scope = Scope()
    var values: [(name: String, value: Value)] = []
    var faults: [Diagnostic] = []
    for (index, parameter) in parameters.enumerated() {
      var evaluator = ExpressionEvaluator(scope: parameter.isSet ? Scope() : scope, builder: builder, budget: budget)
      if !parameter.isSet { evaluator.laterNames = Set(parameters[index...].map(\.name.value)) }
      evaluator.ownName = parameter.name.value
      var value = Value.poisoned
      do throws(ElaborationFailure) {
        value = try evaluator.evaluate(parameter.value)
      } catch {
        faults += error.faults.map { $0.aboutParameter(parameter) }
      }
      scope[parameter.name.value] = value
      values.append((parameter.name.value, value))
    }
    return (values, faults)
  }

  /// The model's parameters and their values as they could be written.
  ///
  /// - Throws: every fault in them.
  package func parameterValues() throws(CompileFailure) -> [(name: String, value: String)] {
    let (values, faults) = parameterScope()
    if !faults.isEmpty { throw CompileFailure(faults) }
    return values.map { ($0.name, $0.value.description) }
  }
}

extension ElaborationFailure.Fault {
  fileprivate func aboutParameter(_ parameter: ParameterDeclaration) -> Diagnostic {
    let isOrder = code == .forwardReference
    return Diagnostic(
      code, message, at: range ?? parameter.value.range,
      notes: isOrder ? ["a parameter's value can only use the parameters before it"] : notes,
      help: parameter.isSet && code == .unknownName
        ? ["a value that is set from outside uses no names of the model"] : help)
  }
}
