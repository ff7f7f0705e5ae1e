import Diagnostics

/// The multipliers of a model in the list dialect.
struct ListScaling {
  let depth: Double
  let width: Double
  /// The maximum of a width before it is multiplied.
  var greatestWidth = Int.max
  let classCount: Int?
  /// `anchors * (nc + 5)`: the official parser takes this width for the output of an anchor head and does not scale it.
  let unscaledWidth: Int?

  /// The rules of Ultralytics: the width that is not scaled is the class count.
  init(depth: Double, width: Double, greatestWidth: Int, classCount: Int?) {
    self.depth = depth
    self.width = width
    self.greatestWidth = greatestWidth
    self.classCount = classCount
    unscaledWidth = classCount
  }

  init(depth: Double, width: Double, classCount: Int?, anchors: YAMLNode?) {
    self.depth = depth
    self.width = width
    self.classCount = classCount
    var anchorCount: Int?
    switch anchors?.kind {
    case .sequence(let levels):
      if case .sequence(let sides)? = levels.first?.kind { anchorCount = sides.count / 2 }
    case .scalar(let text, _): anchorCount = Int(text)
    default: break
    }
    guard let anchorCount, let classCount, classCount < 1 << 30, anchorCount.magnitude < 1 << 30 else {
      unscaledWidth = nil
      return
    }
    unscaledWidth = anchorCount * (classCount + 5)
  }

  /// `max(round(n * depth_multiple), 1)` for numbers above 1; ties are rounded to even.
  func number(_ written: Int) -> Int {
    guard written > 1 else { return max(written, 1) }  // the official code builds one for 0 too
    let scaled = (Double(written) * depth).rounded(.toNearestOrEven)
    return scaled >= 1 ? Int(min(scaled, 1e9)) : 1
  }

  /// `ceil(c2 * width_multiple / 8) * 8`, even when the multiple is 1; `nil` when the width is not a number above 0.
  func width(_ expression: Expression) -> Int? { width(expression, multiple: width) }

  func width(_ expression: Expression, multiple: Double) -> Int? {
    let names = classCount.map { ["nc": $0] } ?? [:]
    guard let written = expression.constantInteger(names: names), written > 0 else { return nil }
    guard written != unscaledWidth else { return written }
    let scaled = (Double(min(written, greatestWidth)) * multiple / 8).rounded(.up) * 8
    // No such width is legal; the refusal shows what was written.
    return scaled < 1e15 ? Int(scaled) : written
  }
}
