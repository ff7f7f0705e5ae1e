import Evaluation
import Files
import Tensors

/// Opens a data set that an Ultralytics description names.
func openYOLO(_ description: DataYAML, split: String) throws(CommandFailure) -> PictureDataSet {
  var pictures: [String] = []
  for path in try description.pictures(of: split) { pictures += try listPictures(path) }
  return try openYOLO(pictures, classNames: description.classNames, classCount: nil)
}

/// The pictures of a folder and the folders below, or of a list of paths.
func listPictures(_ path: String) throws(CommandFailure) -> [String] {
  guard path.hasSuffix(".txt") else {
    guard FileKind(path) == .folder else { throw .file("there is no folder of pictures '\(path)'") }
    let list = try PictureList([path]) { () throws(CommandFailure) in [] }
    if let fault = list.faults.first { throw .message(fault) }
    return list.paths
  }
  return PictureList.lines(of: try readAnnotations(path)).map { line in
    // A path in a list is relative to the list, unless it leads somewhere from here.
    line.hasPrefix("./") || FileKind(line) == nil ? joinPath(parentFolder(of: path), line.withoutDot) : line
  }
}

/// Reads the labels of pictures. A picture without a label file has no objects.
///
/// - Throws: After every label file that cannot be used is named, up to ten.
func openYOLO(
  _ pictures: [String], classNames: [String]?, classCount: Int?
) throws(CommandFailure) -> PictureDataSet {
  var images: [DataSetImage] = []
  var owners: [String: String] = [:]
  var faults: [String] = []
  var backgrounds = 0
  for picture in pictures {
    let path = labelPath(of: picture)
    if let other = owners.updateValue(picture, forKey: path) {
      throw .message(
        other == picture ? "the picture '\(picture)' is listed twice" : "'\(other)' and '\(picture)' share '\(path)'")
    }
    var labels: [DataSetImage.Label] = []
    if FileKind(path) == nil {
      backgrounds += 1
    } else {
      let bytes = try readAnnotations(path)
      do throws(DataSetError) {
        labels = try readYOLOLabels(bytes, classCount: classNames?.count ?? classCount)
      } catch {
        faults.append(path + (error.line.map { ":\($0)" } ?? "") + ": " + error.message)
      }
    }
    images.append(DataSetImage(id: ImageID(file: picture), file: picture, labels: labels))
  }
  if !faults.isEmpty {
    for fault in faults.prefix(10) { Terminal.note("gelan: \(fault)") }
    let hint = classCount.map { "; where they are not the plan's \($0) classes, pair classes with --classes A=B" } ?? ""
    throw .message("\(faults.count) of \(images.count) label files cannot be used\(hint)")
  }
  if let first = images.first, backgrounds == images.count {
    throw .message("no picture has a label file; that of '\(first.file)' would be '\(labelPath(of: first.file))'")
  }
  if Set(images.map(\.id)).count < images.count {
    // Folders may use a name again; their paths do not.
    for index in images.indices { images[index].id = .name(images[index].file) }
  }
  images.sort { $0.id < $1.id }
  let note =
    backgrounds > 0 ? ["\(backgrounds) of \(images.count) pictures have no label file and count as empty"] : []
  return PictureDataSet(dataSet: DataSet(classNames: classNames, images: images), notes: note)
}

/// Where the labels of a picture are: `…/images/…/x.jpg` has `…/labels/…/x.txt`, the last `images` being the one; a
/// picture outside of such a folder has them beside it.
func labelPath(of picture: String) -> String {
  var parts = picture.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  if let folder = parts.dropLast().lastIndex(of: "images") { parts[folder] = "labels" }
  let name = parts.removeLast()
  let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name[...]
  return (parts + ["\(stem).txt"]).joined(separator: "/")
}

extension String {
  /// A relative path without `./` at its start.
  fileprivate var withoutDot: String { hasPrefix("./") ? String(dropFirst(2)) : self }
}
