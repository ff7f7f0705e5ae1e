import JSON

/// A detection in a COCO results file (https://cocodataset.org/#format-results).
package struct COCOResult: Sendable, Hashable {
  package var imageID: ImageID
  package var categoryID: Int
  package var box: BoundingBox
  package var score: Double

  package init(imageID: ImageID, categoryID: Int, box: BoundingBox, score: Double) {
    self.imageID = imageID
    self.categoryID = categoryID
    self.box = box
    self.score = score
  }

  /// The detection as JSON, with all digits, so that reading it back gives the same figures.
  package var json: JSONValue {
    [
      "image_id": imageID.json, "category_id": .integer(categoryID),
      "bbox": .array([box.left, box.top, box.width, box.height].map { .number($0) }), "score": .number(score),
    ]
  }
}

/// Reads a COCO results file: a list of detections.
///
/// - Throws: `DataSetError` with the position in the list, for content that violates the format.
package func readCOCOResults(_ bytes: [UInt8]) throws(DataSetError) -> [COCOResult] {
  guard let values = try parseDocument(bytes).arrayValue else {
    throw DataSetError("COCO results are a list of detections")
  }
  var results: [COCOResult] = []
  results.reserveCapacity(values.count)
  for (index, value) in values.enumerated() {
    guard let image = ImageID(value["image_id"]), let category = value["category_id"]?.integerValue,
      let score = value["score"]?.numberValue
    else {
      throw DataSetError("[\(index)] needs 'image_id', a whole number 'category_id' and a number 'score'")
    }
    let box = try readBox(value, "[\(index)]")
    results.append(COCOResult(imageID: image, categoryID: category, box: box, score: score))
  }
  return results
}
