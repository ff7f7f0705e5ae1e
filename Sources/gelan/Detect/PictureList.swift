import Files
import Glibc

/// The pictures that operands stand for, in an order that depends on nothing but names.
///
/// A file stands for itself, whatever it is called; a folder for the pictures in it and in the folders below; a pattern
/// such as `'day*/*.jpg'` for the pictures that match; `-` for the paths in a list on standard input.
struct PictureList {
  private(set) var paths: [String] = []
  /// Operands that stand for nothing, each with the reason.
  private(set) var faults: [String] = []

  /// - Parameter readList: gives the bytes of standard input.
  init(
    _ operands: some Sequence<String>, readList: () throws(CommandFailure) -> [UInt8]
  ) throws(CommandFailure) {
    for operand in operands {
      if operand == "-" {
        paths += Self.lines(of: try readList())
      } else if let kind = FileKind(operand) {
        try add(operand, kind)
      } else if operand.contains(where: { "*?[{".contains($0) }) {
        try addMatches(of: operand)
      } else {
        // It will be reported when its turn comes, like a path in a list.
        paths.append(operand)
      }
    }
  }

  private mutating func add(_ path: String, _ kind: FileKind) throws(CommandFailure) {
    guard kind == .folder else { return paths.append(path) }
    let before = paths.count
    try addPictures(in: path)
    if paths.count == before { faults.append("\(path): there are no pictures in this folder (\(Self.extensionList))") }
  }

  private mutating func addMatches(of pattern: String) throws(CommandFailure) {
    var matches = glob_t()
    defer { globfree(&matches) }
    // Names are sorted by their bytes: this program never takes over the locale of its environment.
    _ = glob(pattern, GLOB_BRACE | GLOB_TILDE, nil, &matches)
    let before = paths.count
    for index in 0..<Int(matches.gl_pathc) {
      guard let name = matches.gl_pathv[index] else { continue }
      let path = String(cString: name)
      switch FileKind(path) {
      case .folder: try addPictures(in: path)
      case .other: break
      case .file, nil: if Self.isPictureName(path) { paths.append(path) }
      }
    }
    if paths.count == before { faults.append("no pictures match '\(pattern)' (\(Self.extensionList))") }
  }

  /// Adds the pictures of a folder, then those of each folder in it. Hidden names and links to folders are passed over.
  private mutating func addPictures(in folder: String) throws(CommandFailure) {
    guard let stream = opendir(folder) else {
      throw .file("cannot read the folder '\(folder)': \(String(cString: strerror(errno)))")
    }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    closedir(stream)
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    var folders: [String] = []
    for name in names {
      let path = prefix + name
      if Self.isPictureName(name), FileKind(path) == .file {
        paths.append(path)
      } else if FileKind(path, followsLinks: false) == .folder {
        folders.append(path)
      }
    }
    for folder in folders { try addPictures(in: folder) }
  }

  /// The paths of a list, one on a line; or, as `find -print0` writes them, each ended by a zero byte.
  static func lines(of list: [UInt8]) -> [String] {
    let end: UInt8 = list.contains(0) ? 0 : UInt8(ascii: "\n")
    return list.split(separator: end).compactMap { line in
      let isFromWindows = end != 0 && line.last == UInt8(ascii: "\r")
      let path = isFromWindows ? line.dropLast() : line
      return path.isEmpty ? nil : String(decoding: path, as: UTF8.self)
    }
  }

  static let pictureExtensions = ["jpg", "jpeg", "jpe", "jfif", "png"]

  static let extensionList = pictureExtensions.map { "." + $0 }.joined(separator: ", ")

  /// Whether a file of a folder or a pattern counts as a picture.
  static func isPictureName(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return false }
    return pictureExtensions.contains(name[name.index(after: dot)...].lowercased())
  }
}
