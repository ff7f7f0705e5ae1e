import GelanCompiler

/// How far long work is, on one line of the terminal: a bar, the number of pieces, their rate, the time left.
///
/// Nothing is shown where standard error is no terminal.
struct ProgressBar {
  let total: Int
  /// What is counted, in the plural.
  let unit: String
  private let start = Machine.seconds()
  private var lastShown = 0.0

  init(total: Int, unit: String) {
    self.total = total
    self.unit = unit
  }

  /// Shows how many pieces are done, at most ten times a second.
  mutating func show(_ done: Int) {
    let now = Machine.seconds()
    guard Terminal.showsProgress, now - lastShown >= 0.1 else { return }
    lastShown = now
    Terminal.progress(line(done, seconds: now - start))
  }

  /// Takes the bar away, so that something else can be printed; the next call of `show` brings it back.
  mutating func hide() {
    guard lastShown != 0 else { return }
    Terminal.progress("")
    lastShown = 0
  }

  /// `[#####---------------]  32/128  21.3 pictures/s  0:05 left`.
  func line(_ done: Int, seconds: Double) -> String {
    let width = 20
    let filled = total > 0 ? width * done / total : width
    var text =
      "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
      + "]  \(done)/\(total)"
    guard done > 0, seconds > 0 else { return text }
    let rate = Double(done) / seconds
    text += "  \(decimal(rate, places: rate < 10 ? 2 : 1)) \(unit)/s"
    if done < total { text += "  \(clock(Double(total - done) / rate)) left" }
    return text
  }

  /// What was done in all, as a sentence for the end: `128 pictures in 0:06, 21.3 a second`.
  func summary(_ done: Int) -> String {
    let seconds = max(Machine.seconds() - start, 1e-3)
    return "\(done) \(unit) in \(clock(seconds)), \(decimal(Double(done) / seconds, places: 1)) a second"
  }

  /// `0:07` or `2:15:09`.
  private func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":\(two(whole % 60))"
  }
}
