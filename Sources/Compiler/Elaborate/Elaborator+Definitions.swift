import Diagnostics
import ModelSyntax

/// The check of the definitions of the model's own blocks, used or not.
extension Elaborator {
  /// Checks the names and calls in the model's own blocks: the blocks must exist and accept the arguments, and every
  /// name must be defined. Values are known only where a block is used.
  mutating func checkDefinitions() {
    for block in model.blocks where !block.isFaulty && diagnostics.count < maximumFaults {
      var scope = Scope()
      scope["x"] = .poisoned
      let laterNames = Set(block.body.map(\.name.value))
      func evaluator(_ scope: Scope) -> ExpressionEvaluator {
        var evaluator = ExpressionEvaluator(scope: scope, builder: builder, budget: budget)
        evaluator.outerNames = parameterNames
        return evaluator
      }
      for parameter in block.parameters {
        if let value = parameter.defaultValue {
          var evaluator = evaluator(scope)
          evaluator.otherWords = ["required"]
          report(evaluator.unknownNames(in: [value]), in: block.place, of: block.name.value)
        }
        scope[parameter.name.value] = .poisoned
      }
      for binding in block.bindings {
        report(evaluator(scope).unknownNames(in: [binding.value]), in: block.place, of: block.name.value)
        scope[binding.name.value] = .poisoned
      }
      // A function, so that no evaluator references the scope while a name is added, which would copy it.
      func faults(of entry: LayerDeclaration) -> ElaborationFailure? {
        var evaluator = evaluator(scope)
        evaluator.laterNames = laterNames
        evaluator.ownName = entry.name.value
        var failure = evaluator.unknownNames(in: [entry.from, entry.number] + entry.arguments.map(\.value))
        _ = failure.attempt { () throws(ElaborationFailure) in
          try parameters(givenBy: entry, of: try signature(of: entry.block))
        }
        return failure
      }
      for entry in block.body where !entry.isFaulty && diagnostics.count < maximumFaults {
        report(faults(of: entry), in: entry, of: block.name.value)
        scope[entry.scopeName] = .poisoned
      }
      let rest = [block.result].compactMap(\.self) + block.auxiliary
      report(evaluator(scope).unknownNames(in: rest), in: block.place, of: block.name.value)
    }
  }
}

extension ExpressionEvaluator {
  /// The errors of the undefined names in expressions.
  fileprivate func unknownNames(in expressions: [Expression]) -> ElaborationFailure? {
    var failure: ElaborationFailure?
    for use in expressions.flatMap(\.names) {
      _ = failure.attempt { () throws(ElaborationFailure) in try resolve(use.name, use.range) }
    }
    return failure
  }
}

extension BlockDeclaration {
  /// The block as the row of errors outside of its body.
  fileprivate var place: LayerDeclaration { .faulty(name: name, range: name.range) }
}

extension LayerDeclaration {
  /// The name by which other entries refer to this one: without the `.*` of a chain or tuple.
  var scopeName: String { name.value.hasSuffix(".*") ? String(name.value.dropLast(2)) : name.value }
}
