/// Finds room for labels, one after the other, so that they hide as little of each other as is cheap to achieve.
struct LabelPlacement {
  /// The place of one label: its top left corner and size, in pixels.
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

  /// The labels a new one is compared with, which bounds the work for a crowd nobody could read anyway.
  private static let comparedLabels = 1000

  init(imageWidth: Int, imageHeight: Int) {
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
  }

  /// Returns the place of a label for a box, inside the picture.
  ///
  /// The label sits on the box's top edge, or hangs from it inside the box where the picture has no room above. When an
  /// earlier label is there, the box's other corners are tried; when all are taken, the first choice stands.
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
