/// What is left of the work that a model's expressions may be: without a bound a few lines, in blocks that are expanded
/// thousands of times, would keep the compiler busy for minutes.
final class EvaluationBudget {
  /// A hundred times what the largest of the published models takes.
  private var left = 5_000_000

  var isSpent: Bool { left < 0 }

  /// Takes the making of a value off the budget.
  func spend(on value: Value) { left -= value.leafCount }
}
