import Diagnostics
import ModelIR
import ModelSyntax

extension ModelDeclaration {
  /// The values of the model's parameters, in order, and all errors in them. A default may use earlier parameters; a
  /// faulty one has an unknown value.
  func parameterScope() -> (values: [(name: String, value: Value)], faults: [Diagnostic]) {
    let builder = GraphBuilder(name: name, classNames: [], inputHeight: 1, inputWidth: 1)
    let budget = EvaluationBudget()
    var scope = Scope()
    var values: [(name: String, value: Value)] = []
    var faults: [Diagnostic] = []
    let names = Set(parameters.map(\.name.value))
    // A function, so that no evaluator references the scope while a name is added, which would copy it.
    func value(of parameter: ParameterDeclaration) throws(ElaborationFailure) -> Value {
      var evaluator = ExpressionEvaluator(scope: parameter.isSet ? Scope() : scope, builder: builder, budget: budget)
      // Earlier parameters are in scope, so a name that is only here belongs to a later one.
      if !parameter.isSet { evaluator.laterNames = names }
      evaluator.ownName = parameter.name.value
      return try evaluator.evaluate(parameter.value)
    }
    for parameter in parameters {
      var known = Value.poisoned
      do throws(ElaborationFailure) {
        if faults.count < Elaborator.standardMaximumFaults { known = try value(of: parameter) }
      } catch {
        faults += error.faults.map { $0.aboutParameter(parameter) }
      }
      scope[parameter.name.value] = known
      values.append((parameter.name.value, known))
    }
    return (values, faults)
  }

  /// The model's parameters and their values as source text.
  ///
  /// - Throws: All errors in them.
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
        ? ["a value that is set from outside cannot use names of the model"] : help)
  }
}
