import Evaluation
import Files

/// A data set whose pictures are files.
struct PictureDataSet {
  /// Its images' `file` is a path. In the order of their identifiers.
  var dataSet: DataSet
  /// What a person should know about it.
  var notes: [String] = []
}

/// Opens what `--data` names: COCO annotations (`.json`), an Ultralytics description (`.yaml`), a list of pictures
/// (`.txt`) or a folder of pictures, labels in the YOLO layout.
///
/// - Parameters:
///   - pictureFolder: Where COCO's pictures are; the annotations' own folder by default.
///   - split: Which part of an Ultralytics description.
///   - classCount: How many classes labels may use when the data set does not say.
func openDataSet(
  _ path: String, pictureFolder: String?, split: String, classCount: Int?
) throws(CommandFailure) -> PictureDataSet {
  let name = path.lowercased()
  if name.hasSuffix(".json") { return try openCOCO(path, pictureFolder: pictureFolder) }
  guard pictureFolder == nil else { throw .usage("--images goes with COCO annotations, a .json file") }
  if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return try openYOLO(try DataYAML(path), split: split) }
  let isList = name.hasSuffix(".txt")
  guard isList || FileKind(path) != .file else {
    throw .message("\(path): a data set is a .json, .yaml or .txt file, or a folder")
  }
  let folder = isList || FileKind(path + "/images") != .folder ? path : path + "/images"
  return try openYOLO(try listPictures(folder), classNames: nil, classCount: classCount)
}

private func openCOCO(_ path: String, pictureFolder: String?) throws(CommandFailure) -> PictureDataSet {
  let bytes = try readAnnotations(path)
  var dataSet: DataSet
  do {
    dataSet = try readCOCOAnnotations(bytes)
  } catch {
    throw .message("\(path): \(error)")
  }
  let folder = pictureFolder ?? parentFolder(of: path)
  for index in dataSet.images.indices {
    let file = dataSet.images[index].file
    if !file.hasPrefix("/") { dataSet.images[index].file = joinPath(folder, file) }
  }
  return PictureDataSet(dataSet: dataSet)
}

/// Reads a file of annotations or results.
func readAnnotations(_ path: String) throws(CommandFailure) -> [UInt8] {
  do {
    return try readFile(path: path, limit: 1 << 32)
  } catch {
    throw .file(error.description)
  }
}

extension PictureDataSet {
  /// Refuses a data set without pictures and one whose pictures are not there.
  func checkPictures(_ path: String) throws(CommandFailure) {
    guard !dataSet.images.isEmpty else { throw .message("\(path): there are no pictures in this data set") }
    let missing = dataSet.images.filter { FileKind($0.file) != .file }
    guard let first = missing.first else { return }
    let hint = path.hasSuffix(".json") ? "; --images DIR names their folder" : ""
    throw .file(
      "\(path): \(missing.count) of \(dataSet.images.count) pictures are missing, first '\(first.file)'\(hint)")
  }
}
