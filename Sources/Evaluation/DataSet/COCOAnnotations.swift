import JSON

/// Reads COCO annotations of objects, such as `instances_val2017.json` (https://cocodataset.org/#format-data).
///
/// Classes are the categories in the order of their identifiers, and images are in the order of theirs. An annotation
/// without `area` has the area of its box; one without `iscrowd` is no crowd.
///
/// - Throws: `DataSetError` with the position, such as `annotations[3]`, for content that violates the format, for
///   duplicate images and categories, and for annotations of unknown images and categories.
package func readCOCOAnnotations(_ bytes: [UInt8]) throws(DataSetError) -> DataSet {
  let document = try parseDocument(bytes)
  guard let images = document["images"]?.arrayValue, let annotations = document["annotations"]?.arrayValue,
    let categories = document["categories"]?.arrayValue
  else {
    throw DataSetError("COCO annotations are an object with 'images', 'annotations' and 'categories'")
  }
  let classes = try readCategories(categories)
  var dataSetImages = try readImages(images)
  let positions = Dictionary(uniqueKeysWithValues: dataSetImages.enumerated().map { ($1.id, $0) })
  let classPositions = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1.id, $0) })
  for (index, annotation) in annotations.enumerated() {
    let path = "annotations[\(index)]"
    guard let image = ImageID(annotation["image_id"]), let category = annotation["category_id"]?.integerValue else {
      throw DataSetError("\(path) needs 'image_id' and a whole number 'category_id'")
    }
    guard let position = positions[image] else { throw DataSetError("\(path): there is no image \(image.json)") }
    guard let classIndex = classPositions[category] else {
      throw DataSetError("\(path): there is no category \(category)")
    }
    let box = try readBox(annotation, path)
    let area = annotation["area"]
    guard area == nil || area?.numberValue != nil else { throw DataSetError("\(path): 'area' is not a number") }
    let object = AnnotatedObject(
      classIndex: classIndex, box: box, area: area?.numberValue, isCrowd: try readCrowd(annotation, path))
    dataSetImages[position].labels.append(.object(object))
  }
  return DataSet(classNames: classes.map(\.name), categoryIDs: classes.map(\.id), images: dataSetImages)
}

func parseDocument(_ bytes: [UInt8]) throws(DataSetError) -> JSONValue {
  do {
    return try JSONValue.parse(bytes)
  } catch {
    throw DataSetError(error.description)
  }
}

/// The member `bbox`: left, top, width, height.
func readBox(_ object: JSONValue, _ path: String) throws(DataSetError) -> BoundingBox {
  let sides = object["bbox"]?.arrayValue?.compactMap(\.numberValue) ?? []
  guard sides.count == 4, object["bbox"]?.arrayValue?.count == 4 else {
    throw DataSetError("\(path): 'bbox' is four numbers, left, top, width and height")
  }
  guard sides[2] >= 0, sides[3] >= 0 else { throw DataSetError("\(path): 'bbox' has a negative size") }
  return BoundingBox(left: sides[0], top: sides[1], width: sides[2], height: sides[3])
}

/// The member `iscrowd`, which is 0 or 1, and a truth value in the files of some tools.
private func readCrowd(_ annotation: JSONValue, _ path: String) throws(DataSetError) -> Bool {
  switch annotation["iscrowd"] {
  case nil: return false
  case .boolean(let isCrowd)?: return isCrowd
  case .integer(let number)? where number == 0 || number == 1: return number == 1
  default: throw DataSetError("\(path): 'iscrowd' is 0 or 1")
  }
}

private func readCategories(_ values: [JSONValue]) throws(DataSetError) -> [(id: Int, name: String)] {
  var categories: [(id: Int, name: String)] = []
  var seen: Set<Int> = []
  for (index, value) in values.enumerated() {
    guard let id = value["id"]?.integerValue, let name = value["name"]?.stringValue else {
      throw DataSetError("categories[\(index)] needs a whole number 'id' and a 'name'")
    }
    guard seen.insert(id).inserted else { throw DataSetError("categories[\(index)]: there are two categories \(id)") }
    categories.append((id, name))
  }
  guard !categories.isEmpty else { throw DataSetError("there are no categories") }
  return categories.sorted { $0.id < $1.id }
}

private func readImages(_ values: [JSONValue]) throws(DataSetError) -> [DataSetImage] {
  var images: [DataSetImage] = []
  var seen: Set<ImageID> = []
  var seenFiles: Set<String> = []
  for (index, value) in values.enumerated() {
    let path = "images[\(index)]"
    guard let id = ImageID(value["id"]), let file = value["file_name"]?.stringValue else {
      throw DataSetError("\(path) needs 'id' and 'file_name'")
    }
    guard seen.insert(id).inserted else { throw DataSetError("\(path): there are two images \(id.json)") }
    guard seenFiles.insert(file).inserted else {
      throw DataSetError("\(path): the file '\(file)' occurs twice, with two identifiers")
    }
    var size: ImageSize?
    if let width = value["width"]?.integerValue, let height = value["height"]?.integerValue {
      size = ImageSize(width: width, height: height)
    }
    images.append(DataSetImage(id: id, file: file, size: size))
  }
  return images.sorted { $0.id < $1.id }
}
