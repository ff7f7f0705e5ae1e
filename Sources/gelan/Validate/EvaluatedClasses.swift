import Evaluation

extension PictureDataSet {
  /// The data set's classes: by name, or as many as its labels use.
  var classes: ClassNames {
    if let names = dataSet.classNames { return ClassNames(names) }
    return ClassNames(count: (dataSet.images.flatMap(\.labels).map(\.classIndex).max() ?? 0) + 1)
  }

  /// Pairs the classes of a detector with the data set's, and says which are left out.
  func mapping(detector: ClassNames, choices: [String]) throws(CommandFailure) -> ClassMapping {
    // Labels without names may happen not to use the last classes.
    let own = dataSet.classNames == nil && choices.isEmpty ? ClassNames(count: detector.words.count) : classes
    do {
      guard choices.isEmpty else { return try ClassMapping(choices: choices, detector: detector, dataSet: own) }
      let mapping = try ClassMapping(detector: detector, dataSet: own)
      if mapping.evaluated.count < own.words.count {
        Terminal.note(
          "note: \(mapping.evaluated.count) of the data set's \(own.words.count) classes are evaluated: those that the "
            + "plan has, too")
      }
      return mapping
    } catch {
      throw choices.isEmpty ? .message("\(error); pair them with --classes A=B") : .usage("--classes: \(error)")
    }
  }

  /// The evaluated classes, for people and for programs.
  func evaluatedClasses(_ mapping: ClassMapping, detector: [String]) -> [EvaluatedClass] {
    mapping.evaluated.enumerated().map { place, index in
      let ours = mapping.ofDetector.filter { $0.value == place }.map(\.key).sorted().map { detector[$0] }
      return EvaluatedClass(
        id: categoryID(index), name: dataSet.classNames?[index] ?? ours.joined(separator: ", "), predicted: ours)
    }
  }

  /// A prediction as COCO results have it.
  func result(_ prediction: Prediction, of image: DataSetImage, _ mapping: ClassMapping) -> COCOResult {
    COCOResult(
      imageID: image.id, categoryID: categoryID(mapping.evaluated[prediction.classIndex]), box: prediction.box,
      score: prediction.score)
  }

  /// The predictions of each picture; those of classes that are not evaluated are left out.
  ///
  /// - Parameter path: The file of the results, for messages.
  func predictions(
    _ results: [COCOResult], _ mapping: ClassMapping, _ path: String
  ) throws(CommandFailure) -> [[Prediction]] {
    var places: [ImageID: Int] = [:]
    for (index, image) in dataSet.images.enumerated() { places[image.id] = index }
    var classPlaces: [Int: Int] = [:]
    for (place, index) in mapping.evaluated.enumerated() { classPlaces[categoryID(index)] = place }
    var predictions = [[Prediction]](repeating: [], count: dataSet.images.count)
    for (index, result) in results.enumerated() {
      guard let image = places[result.imageID] else {
        throw .message("\(path): [\(index)]: the data set has no picture \(result.imageID.json)")
      }
      guard let classIndex = classPlaces[result.categoryID] else { continue }
      predictions[image].append(Prediction(classIndex: classIndex, box: result.box, score: result.score))
    }
    return predictions
  }

  private func categoryID(_ index: Int) -> Int { dataSet.categoryIDs?[index] ?? index }
}

extension ClassMapping {
  /// The picture's objects of the classes that are evaluated.
  func objects(of image: DataSetImage, size: ImageSize) -> [AnnotatedObject] {
    let places = ofDataSet
    return image.objects(size: size).compactMap { object in
      places[object.classIndex].map { place in
        var object = object
        object.classIndex = place
        return object
      }
    }
  }
}

/// A class that figures are given for.
struct EvaluatedClass {
  /// Its identifier in results files.
  let id: Int
  let name: String
  /// The plan's names for it.
  let predicted: [String]
}
