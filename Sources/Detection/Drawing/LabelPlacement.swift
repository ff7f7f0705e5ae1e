/// Finds positions for labels, one after the other, so that they hide little of each other at low cost.
struct LabelPlacement {
  /// The position and size of a label: its top left corner and size, in pixels.
  struct Place: Equatable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    func overlaps(_ other: Place) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
    }
  }

  private let imageWidth: Int
  private let imageHeight: Int
  private var taken: [Place] = []

  /// The maximum number of labels that a new one is compared with; it limits the work for very many objects.
  private static let comparedLabels = 1000

  init(imageWidth: Int, imageHeight: Int) {
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
  }

  /// Returns the position of a label for a box, inside the image.
  ///
  /// The label is above the box's top edge, or below it inside the box when the image has no room above. When an
  /// earlier label is there, the box's other corners are tried; when all are occupied, the first choice is used.
  mutating func place(width: Int, height: Int, columns: Range<Int>, rows: Range<Int>) -> Place {
    let above = rows.lowerBound - height
    let tops = above >= 0 ? [above, rows.lowerBound] : [rows.lowerBound]
    let bottoms = [rows.upperBound, rows.upperBound - height]
    let lefts = [columns.lowerBound, columns.upperBound - width]
    let candidates = (tops + bottoms).flatMap { y in
      lefts.map { x in
        Place(
          x: max(min(x, imageWidth - width), 0), y: max(min(y, imageHeight - height), 0), width: width, height: height)
      }
    }
    let free = candidates.first { candidate in
      !taken.prefix(LabelPlacement.comparedLabels).contains { $0.overlaps(candidate) }
    }
    let place = free ?? candidates[0]
    taken.append(place)
    return place
  }
}
