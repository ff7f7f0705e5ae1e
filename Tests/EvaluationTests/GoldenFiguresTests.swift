import Evaluation
import Foundation
import JSON
import TestSupport
import Testing

/// The figures of a made-up data set are those of pycocotools; Tests/Tools/coco_goldens.py tells how they came about.
@Suite struct GoldenFiguresTests {
  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Fixtures.folder.appendingPathComponent("evaluation/\(name).json")))
  }

  private let expected: JSONValue
  private let dataSet: DataSet
  private let evaluation: Evaluation

  init() throws {
    expected = try JSONValue.parse(Self.bytes("figures"))
    dataSet = try readCOCOAnnotations(Self.bytes("annotations"))
    let results = try readCOCOResults(Self.bytes("detections"))
    let categories = try #require(dataSet.categoryIDs)
    let images = try dataSet.images.map { image in
      AnnotatedImage(
        objects: image.objects(size: try #require(image.size)),
        predictions: try results.filter { $0.imageID == image.id }.map { result in
          Prediction(
            classIndex: try #require(categories.firstIndex(of: result.categoryID)), box: result.box,
            score: result.score)
        })
    }
    evaluation = Evaluation(images, classCount: categories.count)
  }

  @Test func summaryIsThatOfPycocotools() throws {
    #expect(evaluation.summary.map(\.name) == expected["summary"]?.objectValue?.keys)
    for figure in evaluation.summary {
      #expect(agrees(figure.value, expected["summary"]?[figure.name]), "\(figure)")
    }
  }

  @Test func everyClassHasTheFiguresOfPycocotools() throws {
    let classes = try #require(expected["classes"]?.arrayValue)
    #expect(dataSet.categoryIDs == classes.compactMap { $0["id"]?.integerValue })
    for (figures, expected) in zip(evaluation.classes, classes) {
      for size in ObjectSize.allCases {
        #expect(agrees(figures.averagePrecision(size), expected["AP"]?.arrayValue?[size.rawValue]))
        #expect(agrees(figures.averageRecall(size), expected["AR"]?.arrayValue?[size.rawValue]))
      }
      for threshold in EvaluationRules.thresholds.indices {
        let precision = expected["APAtThresholds"]?.arrayValue?[threshold]
        #expect(agrees(figures.averagePrecision(threshold: threshold), precision))
      }
      for limit in EvaluationRules.detectionLimits.indices {
        #expect(agrees(figures.averageRecall(limit: limit), expected["ARAtLimits"]?.arrayValue?[limit]))
      }
    }
  }

  /// Whether two figures differ by the rounding of sums alone, or are both undefined.
  private func agrees(_ value: Double?, _ expected: JSONValue?) -> Bool {
    guard let value, let number = expected?.numberValue else { return value == nil && expected == .null }
    return abs(value - number) < 1e-12
  }
}
