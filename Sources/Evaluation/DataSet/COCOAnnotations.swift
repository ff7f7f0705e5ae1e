import JSON

/// Reads COCO annotations of objects, such as `instances_val2017.json` (https://cocodataset.org/#format-data).
///
/// Classes are the categories in the order of their identifiers, pictures come in the order of theirs. An annotation
/// without `area` has that of its box, one without `iscrowd` is no crowd.
///
/// - Throws: What is not as the format says, with its place, such as `annotations[3]`; pictures and categories that are
///   there twice; annotations of pictures and categories that are not there.
package func readCOCOAnnotations(_ bytes: [UInt8]) throws(DataSetError) -> DataSet {
  let document = try parseDocument(bytes)
  guard let images = document["images"]?.arrayValue, let annotations = document["annotations"]?.arrayValue,
    let categories = document["categories"]?.arrayValue
  else {
    throw DataSetError("COCO annotations are an object with 'images', 'annotations' and 'categories'")
  }
  let classes = try readCategories(categories)
  var pictures = try readImages(images)
  var places: [ImageID: Int] = [:]
  for (index, picture) in pictures.enumerated() { places[picture.id] = index }
  let classPlaces = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1.id, $0) })
  for (index, annotation) in annotations.enumerated() {
    let place = "annotations[\(index)]"
    guard let image = ImageID(annotation["image_id"]), let category = annotation["category_id"]?.integerValue else {
      throw DataSetError("\(place) needs 'image_id' and a whole number 'category_id'")
    }
    guard let picture = places[image] else { throw DataSetError("\(place): there is no picture \(image.json)") }
    guard let classIndex = classPlaces[category] else {
      throw DataSetError("\(place): there is no category \(category)")
    }
    let box = try readBox(annotation, place)
    let area = annotation["area"]
    guard area == nil || area?.numberValue != nil else { throw DataSetError("\(place): 'area' is no number") }
    let object = AnnotatedObject(
      classIndex: classIndex, box: box, area: area?.numberValue, isCrowd: try readCrowd(annotation, place))
    pictures[picture].labels.append(.object(object))
  }
  return DataSet(classNames: classes.map(\.name), categoryIDs: classes.map(\.id), images: pictures)
}

func parseDocument(_ bytes: [UInt8]) throws(DataSetError) -> JSONValue {
  do {
    return try JSONValue.parse(bytes)
  } catch {
    throw DataSetError(error.description)
  }
}

/// The member `bbox`: left, top, width, height.
func readBox(_ object: JSONValue, _ place: String) throws(DataSetError) -> BoundingBox {
  let sides = object["bbox"]?.arrayValue?.compactMap(\.numberValue) ?? []
  guard sides.count == 4, object["bbox"]?.arrayValue?.count == 4 else {
    throw DataSetError("\(place): 'bbox' is four numbers, left, top, width and height")
  }
  guard sides[2] >= 0, sides[3] >= 0 else { throw DataSetError("\(place): 'bbox' has a negative size") }
  return BoundingBox(left: sides[0], top: sides[1], width: sides[2], height: sides[3])
}

/// `iscrowd`, which is written as 0 or 1, and as a truth value by some tools.
private func readCrowd(_ annotation: JSONValue, _ place: String) throws(DataSetError) -> Bool {
  switch annotation["iscrowd"] {
  case nil: return false
  case .boolean(let isCrowd)?: return isCrowd
  case .integer(let number)? where number == 0 || number == 1: return number == 1
  default: throw DataSetError("\(place): 'iscrowd' is 0 or 1")
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
    let place = "images[\(index)]"
    guard let id = ImageID(value["id"]), let file = value["file_name"]?.stringValue else {
      throw DataSetError("\(place) needs 'id' and 'file_name'")
    }
    guard seen.insert(id).inserted else { throw DataSetError("\(place): there are two pictures \(id.json)") }
    guard seenFiles.insert(file).inserted else {
      throw DataSetError("\(place): the file '\(file)' is there twice, with two identifiers")
    }
    var size: ImageSize?
    if let width = value["width"]?.integerValue, let height = value["height"]?.integerValue {
      size = ImageSize(width: width, height: height)
    }
    images.append(DataSetImage(id: id, file: file, size: size))
  }
  return images.sorted { $0.id < $1.id }
}
