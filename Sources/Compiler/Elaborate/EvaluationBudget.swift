/// The remaining budget for evaluating a model's expressions. Without a limit, a few lines in blocks that are expanded
/// thousands of times could keep the compiler busy for minutes.
final class EvaluationBudget {
  /// A hundred times the cost of the largest published model.
  private var left = 5_000_000

  var isSpent: Bool { left < 0 }

  /// Charges the creation of a value to the budget.
  func spend(on value: Value) { left -= value.leafCount }
}
