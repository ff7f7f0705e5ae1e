/// Measures how long one part of the work takes after another.
struct StopWatch {
  private var last = Machine.seconds()

  /// The milliseconds since the last call.
  mutating func lap() -> Double {
    let now = Machine.seconds()
    defer { last = now }
    return (now - last) * 1e3
  }
}
