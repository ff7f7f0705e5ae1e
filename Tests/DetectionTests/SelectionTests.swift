import Testing

@testable import Detection

@Suite struct SelectionTests {
  /// Lays out one column for each anchor: centre x, centre y, width, height, then class probabilities.
  private func select(_ columns: [[Float]], options: SelectionOptions = SelectionOptions()) -> [DetectedObject] {
    let rows = columns.first?.count ?? 5
    let predictions = (0..<rows).flatMap { row in columns.map { $0[row] } }
    return predictions.withUnsafeBufferPointer {
      selectDetections(predictions: $0, classes: rows - 4, anchors: columns.count, options: options)
    }
  }

  @Test("Corners, best class and order")
  func convertsPredictions() {
    let objects = select([[10, 20, 4, 6, 0.1, 0.5], [100, 20, 5, 6, 0.75, 0.75], [50, 50, 1, 1, 0.25, 0.25]])
    #expect(
      objects == [
        DetectedObject(classIndex: 0, confidence: 0.75, box: CornerBox(x1: 97.5, y1: 17, x2: 102.5, y2: 23)),
        DetectedObject(classIndex: 1, confidence: 0.5, box: CornerBox(x1: 8, y1: 17, x2: 12, y2: 23)),
      ])
  }

  @Test("Only overlaps above the limit, in the same class, suppress")
  func suppresses() {
    // The first two overlap by a half exactly: areas of 12 and 6, one inside the other.
    let columns: [[Float]] = [[2, 1.5, 4, 3, 0.9, 0], [2, 0.75, 4, 1.5, 0.8, 0], [2, 1.5, 4, 3, 0, 0.7]]
    #expect(select(columns, options: SelectionOptions(iou: 0.5)).map(\.confidence) == [0.9, 0.8, 0.7])
    #expect(select(columns, options: SelectionOptions(iou: 0.5.nextDown)).map(\.confidence) == [0.9, 0.7])
  }

  @Test("A suppressed box suppresses nothing")
  func ignoresSuppressedBoxes() {
    let columns: [[Float]] = [[50, 50, 100, 10, 0.9], [80, 50, 100, 10, 0.8], [110, 50, 100, 10, 0.7]]
    #expect(select(columns).map(\.confidence) == [0.9, 0.7])
  }

  @Test("Limits cut candidates before suppression and objects after it")
  func limits() {
    let columns: [[Float]] = (0..<10).map { [Float($0 / 2) * 50, 20, 10, 10, 0.9 - Float($0) * 0.05] }
    #expect(select(columns).count == 5)
    #expect(select(columns, options: SelectionOptions(maximumDetections: 2)).count == 2)
    #expect(select(columns, options: SelectionOptions(maximumCandidates: 4)).count == 2)
    #expect(select(columns, options: SelectionOptions(maximumDetections: 0)).isEmpty)
    #expect(select(columns, options: SelectionOptions(maximumDetections: -1, maximumCandidates: -1)).isEmpty)
  }

  @Test("Equal confidences keep anchor order")
  func isStable() {
    let columns: [[Float]] = (0..<50).map { [Float($0) * 20, 20, 10, 10, 0.5] }
    #expect(select(columns).map(\.box.x1) == (0..<50).map { Float($0) * 20 - 5 })
  }

  @Test("Predictions that are not finite are never selected", arguments: 0..<6, [Float.nan, .infinity, -.infinity])
  func rejectsNonFinite(row: Int, value: Float) {
    var column: [Float] = [10, 10, 5, 5, 0.5, 0.6]
    column[row] = value
    for labels in [SelectionOptions.Labels.best, .every] {
      let options = SelectionOptions(labels: labels)
      #expect(select([column, [90, 90, 5, 5, 0, 0.4]], options: options).map(\.confidence) == [0.4])
    }
  }

  @Test("With every label, an anchor counts once for each class that is confident enough")
  func everyLabel() {
    let columns: [[Float]] = [[10, 20, 4, 6, 0.5, 0.75, 0.25], [100, 20, 4, 6, 0.5, 0.1, 0.1]]
    let objects = select(columns, options: SelectionOptions(confidence: 0.25, labels: .every))
    #expect(objects.map(\.confidence) == [0.75, 0.5, 0.5])
    #expect(objects.map(\.classIndex) == [1, 0, 0])
    #expect(objects.map(\.box.x1) == [8, 8, 98])
  }

  @Test("Of equal confidences the earlier anchor goes first, then the earlier class")
  func everyLabelIsStable() {
    let columns: [[Float]] = (0..<20).map { [Float($0) * 20, 20, 10, 10, 0.5, 0.5, 0.5] }
    let objects = select(columns, options: SelectionOptions(labels: .every))
    #expect(objects.map(\.classIndex) == (0..<60).map { $0 % 3 })
    let left: [Float] = (0..<60).map { Float($0 / 3) * 20 - 5 }
    #expect(objects.map(\.box.x1) == left)
  }

  @Test("Only allowed classes take part", arguments: [SelectionOptions.Labels.best, .every])
  func allowsClasses(labels: SelectionOptions.Labels) {
    let columns: [[Float]] = [[10, 20, 4, 6, 0.5, 0.75], [100, 20, 4, 6, 0.6, 0.1], [200, 20, 4, 6, 0.1, 0.4]]
    let options = SelectionOptions(maximumDetections: 2, labels: labels, classes: [1])
    #expect(select(columns, options: options).map(\.confidence) == [0.75, 0.4])
    #expect(select(columns, options: SelectionOptions(labels: labels, classes: [])).isEmpty)
  }

  @Test("No predictions give no objects")
  func acceptsNothing() {
    #expect(select([]).isEmpty)
    #expect(select([[1, 2, 3, 4]]).isEmpty)
  }

  @Test("Random predictions give what the definition gives", arguments: 0..<40)
  func equalsDefinition(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let classes = [1, 2, 80][seed % 3]
    let columns = (0..<400).map { _ -> [Float] in
      let center = (0..<2).map { _ in Float.random(in: 0..<200, using: &generator) }
      let size = (0..<2).map { _ in Float.random(in: 0..<80, using: &generator) }
      // Coarse steps make equal probabilities common.
      let probabilities = (0..<classes).map { _ in Float(Int.random(in: 0...40, using: &generator)) / 40 }
      return center + size + probabilities
    }
    let options = SelectionOptions(
      confidence: 0.25, iou: [0.45, 0.6, 0.7][seed / 3 % 3], maximumDetections: 60,
      labels: seed % 2 == 0 ? .best : .every)
    #expect(select(columns, options: options) == selectByDefinition(columns, options: options))
  }

  /// Non-maximum suppression as defined: one comparison of every candidate with every box kept.
  private func selectByDefinition(_ columns: [[Float]], options: SelectionOptions) -> [DetectedObject] {
    let candidates = columns.flatMap { column -> [DetectedObject] in
      let probabilities = column[4...]
      let best = probabilities.firstIndex { $0 == probabilities.max() }
      let labels = options.labels == .every ? Array(probabilities.indices) : [best].compactMap { $0 }
      let box = CornerBox(
        x1: column[0] - column[2] / 2, y1: column[1] - column[3] / 2, x2: column[0] + column[2] / 2,
        y2: column[1] + column[3] / 2)
      return labels.filter { column[$0] > options.confidence }.map {
        DetectedObject(classIndex: $0 - 4, confidence: column[$0], box: box)
      }
    }
    let order = candidates.indices.sorted {
      candidates[$0].confidence == candidates[$1].confidence
        ? $0 < $1 : candidates[$0].confidence > candidates[$1].confidence
    }
    var kept: [DetectedObject] = []
    for candidate in order.map({ candidates[$0] }) where kept.count < options.maximumDetections {
      if kept.allSatisfy({ Double(overlap($0, candidate)) <= options.iou }) { kept.append(candidate) }
    }
    return kept
  }

  private func overlap(_ first: DetectedObject, _ second: DetectedObject) -> Float {
    let (a, b) = (shifted(first), shifted(second))
    let width = max(0, min(a.x2, b.x2) - max(a.x1, b.x1))
    let height = max(0, min(a.y2, b.y2) - max(a.y1, b.y1))
    let common = width * height
    return common / ((a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - common)
  }

  private func shifted(_ object: DetectedObject) -> CornerBox {
    let offset = Float(object.classIndex) * 7680
    let box = object.box
    return CornerBox(x1: box.x1 + offset, y1: box.y1 + offset, x2: box.x2 + offset, y2: box.y2 + offset)
  }
}
