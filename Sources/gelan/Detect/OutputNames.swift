import Files

/// File names for what is written of each picture of a list: the picture's own name, with a number when that is taken.
///
/// They depend on the whole list, not on the part that is worked on: machines that share a list never write one name.
struct OutputNames {
  private let paths: [String]

  /// - Parameters:
  ///   - pictures: the whole list; none of these files is ever written over.
  ///   - folder: where the files go.
  ///   - suffix: their extension with its dot.
  init(for pictures: [String], in folder: String, suffix: String) {
    var taken = Set(pictures.map(realPath))
    var nextNumber: [String: Int] = [:]
    paths = pictures.map { picture in
      let name = stem(of: picture)
      var candidate = name
      var number = nextNumber[name] ?? 2
      while !taken.insert(realPath("\(folder)/\(candidate)\(suffix)")).inserted {
        candidate = "\(name)-\(number)"
        number += 1
      }
      nextNumber[name] = number
      return "\(folder)/\(candidate)\(suffix)"
    }
  }

  subscript(index: Int) -> String { paths[index] }
}
