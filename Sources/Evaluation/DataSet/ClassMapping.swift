/// Which class of a detector is which class of a data set.
package struct ClassMapping: Sendable, Hashable {
  /// The classes of the data set that are evaluated, in its order.
  package let evaluated: [Int]
  /// For each class of the detector its place in `evaluated`.
  package let ofDetector: [Int: Int]

  /// For each class of the data set its place in `evaluated`.
  package var ofDataSet: [Int: Int] {
    Dictionary(uniqueKeysWithValues: evaluated.enumerated().map { ($1, $0) })
  }

  private init(pairs: [(detector: Int, dataSet: Int)]) {
    let evaluated = Set(pairs.map(\.dataSet)).sorted()
    self.evaluated = evaluated
    ofDetector = Dictionary(
      uniqueKeysWithValues: pairs.map { ($0.detector, evaluated.firstIndex(of: $0.dataSet) ?? 0) })
  }

  /// Pairs by name the classes that both have; by number when one side has no names.
  ///
  /// - Throws: When no name occurs on both sides, or the numbers of classes differ.
  package init(detector: ClassNames, dataSet: ClassNames) throws(DataSetError) {
    guard detector.areNames, dataSet.areNames else {
      guard detector.words.count == dataSet.words.count else {
        throw DataSetError(
          "the plan has \(detector.words.count) classes and the data set \(dataSet.words.count), and not both have "
            + "names to go by")
      }
      self.init(pairs: detector.words.indices.map { ($0, $0) })
      return
    }
    let pairs = detector.words.enumerated().compactMap { index, word in
      dataSet.index(named: word).map { (detector: index, dataSet: $0) }
    }
    guard !pairs.isEmpty else {
      throw DataSetError(
        "no class of the plan (\(detector.sample)) has the name of one of the data set (\(dataSet.sample))")
    }
    self.init(pairs: pairs)
  }

  /// Pairs the classes that a person chose: `Body=person`, the detector's first; `person` when both call it so. Numbers
  /// stand for classes, too.
  ///
  /// - Throws: When a class is unknown or one of the detector's occurs twice.
  package init(
    choices: [String], detector: ClassNames, dataSet: ClassNames
  ) throws(DataSetError) {
    var pairs: [(detector: Int, dataSet: Int)] = []
    for choice in choices {
      let sides = choice.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let (left, right) = (sides[0], sides[sides.count - 1])
      guard let ours = detector.index(of: left) else {
        throw DataSetError("the plan has no class '\(left)'; it \(detector.inventory)")
      }
      guard let theirs = dataSet.index(of: right) else {
        throw DataSetError("the data set has no class '\(right)'; it \(dataSet.inventory)")
      }
      guard !pairs.contains(where: { $0.detector == ours }) else {
        throw DataSetError("'\(left)' is chosen twice")
      }
      pairs.append((ours, theirs))
    }
    self.init(pairs: pairs)
  }
}

/// The classes of a detector or a data set: their names, or only how many there are.
package struct ClassNames: Sendable, Hashable {
  package let words: [String]
  /// Whether the words say what the classes are.
  package let areNames: Bool

  /// - Parameter words: Names; `class 0`, `class 1`, … are none.
  package init(_ words: [String]) {
    self.words = words
    areNames = words.enumerated().contains { $1 != "class \($0)" }
  }

  /// So many classes without names.
  package init(count: Int) { self.init((0..<count).map { "class \($0)" }) }

  /// The class with a name, in capitals or not.
  func index(named word: String) -> Int? {
    if let exact = words.firstIndex(of: word) { return exact }
    let lowercase = word.lowercased()
    return words.firstIndex { $0.lowercased() == lowercase }
  }

  /// The class with a name, or else with a number.
  func index(of word: String) -> Int? {
    if let index = index(named: word) { return index }
    guard let number = Int(word), words.indices.contains(number) else { return nil }
    return number
  }

  /// What there is to choose from, for messages.
  fileprivate var inventory: String {
    areNames ? "has \(sample)" : "has no names for its \(words.count) classes; choose by number, from 0 on"
  }

  /// The first names, for messages.
  var sample: String {
    let shown = words.prefix(8).joined(separator: ", ")
    return words.count > 8 ? "\(shown), … (\(words.count) classes)" : shown
  }
}
