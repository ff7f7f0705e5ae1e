/// One of several equal parts of a list, for machines that share the work.
///
/// The picture at index i of the list belongs to part i mod N + 1: sizes differ by one at most, and pictures that stand
/// together, and so are often alike, are spread. The parts of one list are disjoint and make up all of it.
struct Shard: Equatable {
  /// From 1 to `count`.
  let number: Int
  let count: Int

  static let whole = Shard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  /// Reads `K/N`, 1 ≤ K ≤ N.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1, number <= count else {
      return nil
    }
    self.init(number: number, count: count)
  }

  func contains(_ index: Int) -> Bool { index % count == number - 1 }
}
