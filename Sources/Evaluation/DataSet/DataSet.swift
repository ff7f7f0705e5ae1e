/// Images and their annotations, before anything is decoded.
package struct DataSet: Sendable, Hashable {
  /// The classes in order; `nil` when the data set does not name them.
  package var classNames: [String]?
  /// The identifiers of the classes in result files, in the same order; `nil` when they equal the indices.
  package var categoryIDs: [Int]?
  package var images: [DataSetImage]

  package init(classNames: [String]?, categoryIDs: [Int]? = nil, images: [DataSetImage]) {
    self.classNames = classNames
    self.categoryIDs = categoryIDs
    self.images = images
  }
}

/// An image of a data set.
package struct DataSetImage: Sendable, Hashable {
  package var id: ImageID
  /// The file's name, relative to the folder of images, or its path.
  package var file: String
  /// The size of the image, if the annotations state it.
  package var size: ImageSize?
  package var labels: [Label]

  package init(id: ImageID, file: String, size: ImageSize? = nil, labels: [Label] = []) {
    self.id = id
    self.file = file
    self.size = size
    self.labels = labels
  }

  /// An annotated object; `classIndex` is an index into the data set's classes.
  package enum Label: Sendable, Hashable {
    /// In pixels.
    case object(AnnotatedObject)
    /// In fractions of the image's width and height.
    case relative(classIndex: Int, BoundingBox)

    package var classIndex: Int {
      switch self {
      case .object(let object): object.classIndex
      case .relative(let classIndex, _): classIndex
      }
    }
  }

  /// Whether the image's size is needed to determine the objects.
  package var hasRelativeLabels: Bool {
    labels.contains { if case .relative = $0 { true } else { false } }
  }

  /// The annotated objects in pixels, for an image of the given size.
  package func objects(size: ImageSize) -> [AnnotatedObject] {
    labels.map { label in
      switch label {
      case .object(let object): return object
      case .relative(let classIndex, let box):
        let (width, height) = (Double(size.width), Double(size.height))
        return AnnotatedObject(
          classIndex: classIndex,
          box: BoundingBox(
            left: box.left * width, top: box.top * height, width: box.width * width, height: box.height * height))
      }
    }
  }
}

/// The size of an image in pixels.
package struct ImageSize: Sendable, Hashable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

/// The reason why annotations cannot be used, as a sentence that does not name the file.
package struct DataSetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line of the file, from 1, when the file is read line by line.
  package var line: Int?
  package var message: String

  package init(_ message: String, line: Int? = nil) {
    self.line = line
    self.message = message
  }

  /// The message, after the line's number if there is one.
  package var description: String { line.map { "line \($0): \(message)" } ?? message }
}
