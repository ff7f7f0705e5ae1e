import Testing

@testable import Evaluation

/// Figures that can be worked out by hand.
@Suite struct EvaluationTests {
  private func box(_ left: Double, _ top: Double, _ width: Double, _ height: Double) -> BoundingBox {
    BoundingBox(left: left, top: top, width: width, height: height)
  }

  private func object(_ box: BoundingBox, isCrowd: Bool = false) -> AnnotatedObject {
    AnnotatedObject(classIndex: 0, box: box, isCrowd: isCrowd)
  }

  private func prediction(_ box: BoundingBox, _ score: Double) -> Prediction {
    Prediction(classIndex: 0, box: box, score: score)
  }

  private func figures(_ images: [AnnotatedImage]) -> ClassFigures {
    Evaluation(images, classCount: 1).classes[0]
  }

  @Test func aPerfectDetectionHasEveryFigureOne() {
    // 40 x 40 pixels are a medium object.
    let perfect = figures([
      AnnotatedImage(objects: [object(box(10, 10, 40, 40))], predictions: [prediction(box(10, 10, 40, 40), 0.3)])
    ])
    #expect(perfect.averagePrecision() == 1)
    #expect(perfect.averagePrecision(.medium) == 1)
    #expect(perfect.averagePrecision(.small) == nil)
    #expect(perfect.averageRecall(limit: 0) == 1)
    #expect(perfect.objectCount == 1)
    #expect(perfect.imageCount == 1)
  }

  @Test func anOverlapOfAHalfIsFoundAtTheFirstThresholdAlone() {
    // 40 x 40 inside of 40 x 80.
    let half = figures([
      AnnotatedImage(objects: [object(box(0, 0, 40, 80))], predictions: [prediction(box(0, 0, 40, 40), 0.9)])
    ])
    #expect(half.averagePrecision(threshold: 0) == 1)
    #expect(half.averagePrecision(threshold: 1) == 0)
    #expect(half.averagePrecision() == 0.1)
    #expect(half.averageRecall() == 0.1)
  }

  @Test func precisionIsReadOffAtTheRecallLevels() {
    // Of two objects one is found, after a false claim: precision 1/2 up to recall 0.5, which are 51 of 101 levels.
    let one = figures([
      AnnotatedImage(
        objects: [object(box(0, 0, 50, 50)), object(box(200, 0, 50, 50))],
        predictions: [prediction(box(400, 0, 50, 50), 0.9), prediction(box(0, 0, 50, 50), 0.8)])
    ])
    #expect(one.averagePrecision(threshold: 0) == 0.5 * 51 / 101)
    #expect(one.averageRecall(limit: 0) == 0)
    #expect(one.averageRecall(limit: 1) == 0.5)
  }

  @Test func aSecondDetectionOfAnObjectIsFalse() {
    let image = AnnotatedImage(
      objects: [object(box(0, 0, 50, 50)), object(box(200, 0, 50, 50))],
      predictions: [
        prediction(box(0, 0, 50, 50), 0.9), prediction(box(0, 0, 50, 50), 0.8), prediction(box(200, 0, 50, 50), 0.7),
      ])
    // Precision 1 up to recall 0.5, then 2/3.
    let expected: Double = (51 + 50 * 2.0 / 3) / 101
    let precision = figures([image]).averagePrecision(threshold: 0) ?? 0
    #expect(abs(precision - expected) < 1e-15)
  }

  @Test func crowdsCountNeitherMissedNorFound() {
    let crowd = object(box(200, 0, 300, 300), isCrowd: true)
    let inside = [prediction(box(210, 10, 50, 100), 0.95), prediction(box(300, 10, 50, 100), 0.93)]
    let found = figures([
      AnnotatedImage(
        objects: [object(box(0, 0, 50, 50)), crowd], predictions: inside + [prediction(box(0, 0, 50, 50), 0.9)])
    ])
    #expect(found.averagePrecision() == 1)
    #expect(found.objectCount == 1)
    let onlyCrowd = figures([AnnotatedImage(objects: [crowd], predictions: inside)])
    #expect(onlyCrowd.averagePrecision() == nil)
    #expect(onlyCrowd.imageCount == 0)
  }

  @Test func detectionsOfAnotherSizeAreNoFaultOfASize() {
    // A small object is found; the large false claim counts for all sizes and not for the small.
    let image = AnnotatedImage(
      objects: [object(box(0, 0, 20, 20))],
      predictions: [prediction(box(100, 100, 200, 200), 0.9), prediction(box(0, 0, 20, 20), 0.8)])
    #expect(figures([image]).averagePrecision(.all, threshold: 0) == 0.5)
    #expect(figures([image]).averagePrecision(.small, threshold: 0) == 1)
  }

  @Test func theAreaOfTheObjectDecidesItsSize() {
    var thin = object(box(0, 0, 100, 100))
    thin.area = 1024
    // 1024 square pixels are small and medium, the borders being part of both.
    let image = AnnotatedImage(objects: [thin], predictions: [prediction(box(0, 0, 100, 100), 0.9)])
    #expect(figures([image]).averagePrecision(.small) == 1)
    #expect(figures([image]).averagePrecision(.medium) == 1)
    #expect(figures([image]).averagePrecision(.large) == nil)
  }

  @Test func onlyTheHundredBestOfAClassInAnImageCount() {
    let claims = (0..<100).map { prediction(box(Double($0) * 20, 500, 10, 10), 0.9) }
    let image = AnnotatedImage(
      objects: [object(box(0, 0, 50, 50))], predictions: [prediction(box(0, 0, 50, 50), 0.1)] + claims)
    #expect(figures([image]).averageRecall() == 0)
    let without = AnnotatedImage(objects: image.objects, predictions: Array(image.predictions.dropLast()))
    #expect(figures([without]).averageRecall() == 1)
  }

  @Test func summaryIsTheMeanOverTheClassesThatHaveObjects() {
    let images = [
      AnnotatedImage(
        objects: [
          object(box(0, 0, 50, 50)), AnnotatedObject(classIndex: 2, box: box(0, 0, 50, 50)),
        ],
        predictions: [
          prediction(box(0, 0, 50, 50), 0.5), Prediction(classIndex: 1, box: box(0, 0, 50, 50), score: 0.9),
        ])
    ]
    let summary = Evaluation(images, classCount: 3).summary
    #expect(summary.map(\.name).prefix(3) == ["AP", "AP50", "AP75"])
    #expect(summary.map(\.value) == [0.5, 0.5, 0.5, nil, 0.5, nil, 0.5, 0.5, 0.5, nil, 0.5, nil])
  }

  @Test func nothingHasNoFigures() {
    #expect(Evaluation([], classCount: 0).summary.allSatisfy { $0.value == nil })
    #expect(Evaluation([AnnotatedImage()], classCount: 2).summary.allSatisfy { $0.value == nil })
  }
}
