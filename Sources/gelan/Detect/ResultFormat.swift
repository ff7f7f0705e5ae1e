/// How results are written.
enum ResultFormat: String {
  /// Lines for people.
  case text
  /// One JSON object a line, for each picture.
  case jsonl
  /// One JSON array with an element for each object.
  case coco
  /// A text file for each picture.
  case yolo

  /// What comes before the first picture.
  var opening: String { self == .coco ? "[" : "" }

  /// What comes after the last picture.
  var closing: String { self == .coco ? "\n]\n" : "" }
}

/// Puts the reports of pictures in order into one text, piece by piece.
struct ResultText {
  let format: ResultFormat
  private var isFirst = true

  init(_ format: ResultFormat) { self.format = format }

  /// The piece for the next picture; empty where the format has nothing to say.
  mutating func piece(for report: PictureReport) -> String {
    switch format {
    case .text: return report.text
    case .jsonl: return report.json.description + "\n"
    case .yolo: return ""
    case .coco:
      return report.cocoResults.map { result in
        defer { isFirst = false }
        return (isFirst ? "\n" : ",\n") + result.description
      }.joined()
    }
  }
}
