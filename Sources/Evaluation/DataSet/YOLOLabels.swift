/// Reads a label file of the YOLO layout: one object a line, its class and its box as parts of the picture, centre x,
/// centre y, width, height.
///
/// A line with more numbers is an outline, x and y in turn, and stands for the box around it. Lines that say the same
/// are one object. An empty file is a picture without objects.
///
/// - Parameter classCount: Classes are numbered below this, when it is known.
/// - Throws: The first line that is not such an object.
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
      guard let value = Double(word), value.isFinite else { throw DataSetError("'\(word)' is no number", line: number) }
      numbers.append(value)
    }
    let label = try readLabel(numbers, classCount: classCount, line: number)
    if seen.insert(numbers).inserted { labels.append(label) }
  }
  return labels
}

/// The most classes that a data set may have.
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
  // Labelling tools round, and a box at the edge may reach over it by that much.
  if let outside = coordinates.first(where: { !(-0.01...1.01).contains($0) }) {
    throw DataSetError("\(outside) is no part of the picture's size from 0 to 1", line: line)
  }
  let box = box(around: Array(coordinates))
  guard box.width >= 0, box.height >= 0 else { throw DataSetError("a box has no negative size", line: line) }
  return .relative(classIndex: classIndex, box)
}

/// The box of a centre and a size, or the one around an outline.
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
