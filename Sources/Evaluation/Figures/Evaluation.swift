/// The COCO figures of a detector on a data set.
///
/// Contract of this module: annotated images and a detector's objects give average precision and recall; bytes of label
/// files give annotations.
///
/// **Invariant:** no access to pixels, plans or files.
package struct Evaluation: Sendable, Hashable {
  /// The figures of the classes, in the order of the classes.
  package let classes: [ClassFigures]

  /// Evaluates by the COCO rules; equal to the reference implementation except for the rounding of means.
  ///
  /// - Parameters:
  ///   - images: In the order of their identifiers, which decides between equal scores.
  ///   - classCount: The number of classes; every class index is less.
  package init(_ images: [AnnotatedImage], classCount: Int) {
    var tallies = [ClassTally](repeating: ClassTally(), count: classCount)
    for image in images {
      let objects = image.objects.grouped(by: \.classIndex, count: classCount)
      let predictions = image.predictions.grouped(by: \.classIndex, count: classCount)
      for index in 0..<classCount where !objects[index].isEmpty || !predictions[index].isEmpty {
        tallies[index].add(objects: objects[index], predictions: predictions[index])
      }
    }
    classes = tallies.map {
      ClassFigures(detections: $0.detections, objectCounts: $0.objectCounts, imageCount: $0.imageCount)
    }
  }

  /// The twelve figures of the COCO summary, in its order; `nil` where no class has an object of the size.
  package var summary: [SummaryFigure] {
    func precision(_ size: ObjectSize = .all, threshold: Int? = nil) -> Double? {
      mean(of: classes.compactMap { $0.averagePrecision(size, threshold: threshold) })
    }
    func recall(_ size: ObjectSize = .all, limit: Int? = nil) -> Double? {
      mean(of: classes.compactMap { $0.averageRecall(size, limit: limit) })
    }
    return [
      SummaryFigure(name: "AP", meaning: "average precision, IoU 0.50:0.95", value: precision()),
      SummaryFigure(name: "AP50", meaning: "average precision, IoU 0.50", value: precision(threshold: 0)),
      SummaryFigure(name: "AP75", meaning: "average precision, IoU 0.75", value: precision(threshold: 5)),
      SummaryFigure(name: "APs", meaning: "average precision, small objects", value: precision(.small)),
      SummaryFigure(name: "APm", meaning: "average precision, medium objects", value: precision(.medium)),
      SummaryFigure(name: "APl", meaning: "average precision, large objects", value: precision(.large)),
      SummaryFigure(name: "AR1", meaning: "average recall, 1 detection", value: recall(limit: 0)),
      SummaryFigure(name: "AR10", meaning: "average recall, 10 detections", value: recall(limit: 1)),
      SummaryFigure(name: "AR100", meaning: "average recall, 100 detections", value: recall(limit: 2)),
      SummaryFigure(name: "ARs", meaning: "average recall, small objects", value: recall(.small)),
      SummaryFigure(name: "ARm", meaning: "average recall, medium objects", value: recall(.medium)),
      SummaryFigure(name: "ARl", meaning: "average recall, large objects", value: recall(.large)),
    ]
  }
}

/// A figure of the summary.
package struct SummaryFigure: Sendable, Hashable {
  /// The usual short name: AP50.
  package let name: String
  package let meaning: String
  package let value: Double?
}

/// The data of a class after some images.
private struct ClassTally {
  var detections: [JudgedDetection] = []
  var objectCounts = [Int](repeating: 0, count: ObjectSize.allCases.count)
  var imageCount = 0

  mutating func add(objects: [AnnotatedObject], predictions: [Prediction]) {
    if objects.contains(where: { !$0.isCrowd }) { imageCount += 1 }
    for size in ObjectSize.allCases { objectCounts[size.rawValue] += objects.count { $0.counts(as: size) } }
    let limit = EvaluationRules.detectionLimits.max() ?? 0
    let order = predictions.indices.sorted {
      predictions[$0].score == predictions[$1].score ? $0 < $1 : predictions[$0].score > predictions[$1].score
    }
    detections += judge(order.prefix(limit).map { predictions[$0] }, objects)
  }
}

extension Array {
  /// The elements of each group, in order.
  fileprivate func grouped(by group: KeyPath<Element, Int>, count: Int) -> [[Element]] {
    var groups = [[Element]](repeating: [], count: count)
    for element in self { groups[element[keyPath: group]].append(element) }
    return groups
  }
}
