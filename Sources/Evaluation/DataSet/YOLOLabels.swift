/// Reads a label file in the YOLO layout: one object per line, with its class and its box in fractions of the image:
/// centre x, centre y, width, height.
///
/// A line with more numbers is an outline, x and y alternating, and represents its bounding box. Identical lines are
/// one object. An empty file means an image without objects.
///
/// - Parameter classCount: The number of classes, if it is known; class indices must be below it.
/// - Throws: `DataSetError` for the first line that is not such an object.
package func readYOLOLabels(
  _ bytes: [UInt8], classCount: Int?
) throws(DataSetError) -> [DataSetImage.Label] {
  guard let text = String(validating: bytes, as: UTF8.self) else { throw DataSetError("this is not text") }
  var labels: [DataSetImage.Label] = []
  var seen: Set<[Double]> = []
  for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
    let words = line.split(whereSeparator: \.isWhitespace)
    if words.isEmpty { continue }
    let number = index + 1
    var numbers: [Double] = []
    for word in words {
      guard let value = Double(word), value.isFinite else {
        throw DataSetError("'\(word)' is not a number", line: number)
      }
      numbers.append(value)
    }
    let label = try readLabel(numbers, classCount: classCount, line: number)
    if seen.insert(numbers).inserted { labels.append(label) }
  }
  return labels
}

/// The maximum number of classes of a data set.
let mostClasses = 100_000

private func readLabel(
  _ numbers: [Double], classCount: Int?, line: Int
) throws(DataSetError) -> DataSetImage.Label {
  let coordinates = numbers.dropFirst()
  guard coordinates.count == 4 || coordinates.count >= 6 && coordinates.count % 2 == 0 else {
    throw DataSetError(
      "an object is a class and four numbers, or a class and an outline of at least three points, and this line has "
        + "\(numbers.count) number\(numbers.count == 1 ? "" : "s")", line: line)
  }
  guard let classIndex = Int(exactly: numbers[0]), (0..<mostClasses).contains(classIndex) else {
    throw DataSetError("a class is a whole number from 0, not \(numbers[0])", line: line)
  }
  if let classCount, classIndex >= classCount {
    throw DataSetError(
      "class \(classIndex) is out of range: there are \(classCount) classes, numbered from 0", line: line)
  }
  // Labelling tools round, so a box at the edge may extend beyond it by this much.
  if let outside = coordinates.first(where: { !(-0.01...1.01).contains($0) }) {
    throw DataSetError("\(outside) is not a fraction of the image's size, from 0 to 1", line: line)
  }
  let box = box(around: Array(coordinates))
  guard box.width >= 0, box.height >= 0 else { throw DataSetError("a box cannot have a negative size", line: line) }
  return .relative(classIndex: classIndex, box)
}

/// The box with the given centre and size, or the bounding box of an outline.
private func box(around coordinates: [Double]) -> BoundingBox {
  if coordinates.count == 4 {
    let (width, height) = (coordinates[2], coordinates[3])
    return BoundingBox(
      left: coordinates[0] - width / 2, top: coordinates[1] - height / 2, width: width, height: height)
  }
  func extent(from first: Int) -> (lower: Double, size: Double) {
    let values = stride(from: first, to: coordinates.count, by: 2).map { coordinates[$0] }
    let lower = values.min() ?? 0
    return (lower, (values.max() ?? 0) - lower)
  }
  let (x, y) = (extent(from: 0), extent(from: 1))
  return BoundingBox(left: x.lower, top: y.lower, width: x.size, height: y.size)
}
