/// The correspondence of a detector's classes to those of a data set.
package struct ClassMapping: Sendable, Hashable {
  /// The evaluated classes of the data set, in its order.
  package let evaluated: [Int]
  /// The index in `evaluated` of each class of the detector that is evaluated.
  package let ofDetector: [Int: Int]

  /// The index in `evaluated` of each class of the data set that is evaluated.
  package var ofDataSet: [Int: Int] {
    Dictionary(uniqueKeysWithValues: evaluated.enumerated().map { ($1, $0) })
  }

  private init(pairs: [(detector: Int, dataSet: Int)]) {
    let evaluated = Set(pairs.map(\.dataSet)).sorted()
    self.evaluated = evaluated
    ofDetector = Dictionary(
      uniqueKeysWithValues: pairs.map { ($0.detector, evaluated.firstIndex(of: $0.dataSet) ?? 0) })
  }

  /// Pairs the common classes by name, or all classes by index when one side has no names.
  ///
  /// - Throws: `DataSetError` when the sides have no name in common, or the numbers of classes differ.
  package init(detector: ClassNames, dataSet: ClassNames) throws(DataSetError) {
    guard detector.areNames, dataSet.areNames else {
      guard detector.words.count == dataSet.words.count else {
        throw DataSetError(
          "the plan has \(detector.words.count) classes and the data set \(dataSet.words.count), and not both have "
            + "names to match")
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

  /// Pairs chosen classes: `Body=person`, with the detector's class first; `person` when the names are equal. Indices
  /// are accepted in place of names.
  ///
  /// - Throws: `DataSetError` when a class is unknown or a class of the detector occurs twice.
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

/// The classes of a detector or a data set: their names, or only their number.
package struct ClassNames: Sendable, Hashable {
  package let words: [String]
  /// Whether the words are names.
  package let areNames: Bool

  /// - Parameter words: The names; `class 0`, `class 1`, … do not count as names.
  package init(_ words: [String]) {
    self.words = words
    areNames = words.enumerated().contains { $1 != "class \($0)" }
  }

  /// The given number of classes without names.
  package init(count: Int) { self.init((0..<count).map { "class \($0)" }) }

  /// The class with a name; letter case is ignored.
  func index(named word: String) -> Int? {
    if let exact = words.firstIndex(of: word) { return exact }
    let lowercase = word.lowercased()
    return words.firstIndex { $0.lowercased() == lowercase }
  }

  /// The class with a name, or else with an index.
  func index(of word: String) -> Int? {
    if let index = index(named: word) { return index }
    guard let number = Int(word), words.indices.contains(number) else { return nil }
    return number
  }

  /// The available classes, for messages.
  fileprivate var inventory: String {
    areNames ? "has \(sample)" : "has no names for its \(words.count) classes; choose by index, from 0 on"
  }

  /// The first names, for messages.
  var sample: String {
    let shown = words.prefix(8).joined(separator: ", ")
    return words.count > 8 ? "\(shown), … (\(words.count) classes)" : shown
  }
}
