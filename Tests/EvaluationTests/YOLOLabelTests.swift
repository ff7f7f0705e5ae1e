import Evaluation
import Testing

@Suite struct YOLOLabelTests {
  private func objects(_ text: String, classCount: Int? = nil) throws -> [AnnotatedObject] {
    let labels = try readYOLOLabels(Array(text.utf8), classCount: classCount)
    return DataSetImage(id: .number(1), file: "x.jpg", labels: labels).objects(size: ImageSize(width: 200, height: 100))
  }

  @Test func boxesAreCentreAndSizeInFractionsOfTheImage() throws {
    let objects = try objects("3 0.5 0.5 0.25 0.5\r\n\n 0\t0.125 0.25 0.25 0.5 \n")
    #expect(objects.map(\.classIndex) == [3, 0])
    #expect(
      objects.map(\.box) == [
        BoundingBox(left: 75, top: 25, width: 50, height: 50), BoundingBox(left: 0, top: 0, width: 50, height: 50),
      ])
    #expect(objects.map(\.area) == [2500, 2500])
    #expect(objects.allSatisfy { !$0.isCrowd })
  }

  @Test func anOutlineIsTheBoxAroundIt() throws {
    let objects = try objects("1 0.25 0.5 0.75 0.25 0.5 0.75\n")
    #expect(objects.map(\.box) == [BoundingBox(left: 50, top: 25, width: 100, height: 50)])
  }

  @Test func linesThatSayTheSameAreOneObject() throws {
    #expect(try objects("1 0.5 0.5 0.5 0.5\n1 0.50 0.5 0.5 0.5\n2 0.5 0.5 0.5 0.5").count == 2)
  }

  @Test(arguments: ["", "\n", "  \r\n"]) func anEmptyFileIsAnImageWithoutObjects(_ text: String) throws {
    #expect(try objects(text).isEmpty)
  }

  static let faults: [(text: String, line: Int, says: String)] = [
    ("0 0.5 0.5 0.5 0.5\nx 0.5 0.5 0.5 0.5", 2, "'x' is not a number"),
    ("0 0.5 0.5 nan 0.5", 1, "'nan' is not a number"),
    ("0 0.5 0.5 0.5", 1, "this line has 4 numbers"),
    ("\n\n0", 3, "this line has 1 number"),
    ("0 0.5 0.5 0.5 0.5 0.5", 1, "this line has 6 numbers"),
    ("0 0.5 0.5 0.5 0.5 0.5 0.5 0.5", 1, "this line has 8 numbers"),
    ("0.5 0.5 0.5 0.5 0.5", 1, "a class is a whole number from 0, not 0.5"),
    ("-1 0.5 0.5 0.5 0.5", 1, "a class is a whole number from 0, not -1.0"),
    ("1e300 0.5 0.5 0.5 0.5", 1, "a class is a whole number from 0"),
    ("3 0.5 0.5 0.5 0.5", 1, "class 3 is out of range: there are 3 classes"),
    ("0 320 240 0.5 0.5", 1, "320.0 is not a fraction of the image's size"),
    ("0 0.5 -0.2 0.5 0.5", 1, "-0.2 is not a fraction of the image's size"),
    ("0 0.5 0.5 -0.005 0.5", 1, "a box cannot have a negative size"),
  ]

  @Test(arguments: faults) func faultsAreNamedWithTheirLine(text: String, line: Int, says: String) {
    let error = #expect(throws: DataSetError.self) { try objects(text, classCount: 3) }
    #expect(error?.line == line)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func otherFilesAreNoText() {
    #expect(throws: DataSetError("this is not text")) { try readYOLOLabels([0xFF, 0xD8, 0xFF], classCount: nil) }
  }
}
