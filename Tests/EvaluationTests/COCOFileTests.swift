import Evaluation
import JSON
import Testing

@Suite struct COCOFileTests {
  private static let images =
    #""images": [{"id": 9, "file_name": "b.jpg", "width": 4, "height": 3}, {"id": 2, "file_name": "a.jpg"}]"#
  private static let categories = #""categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}]"#

  private static func document(_ annotations: String) -> String {
    "{\(images), \(categories), \"annotations\": [\(annotations)]}"
  }

  private func read(_ text: String) throws(DataSetError) -> DataSet { try readCOCOAnnotations(Array(text.utf8)) }

  @Test func classesAndImagesAreInTheOrderOfTheirIdentifiers() throws {
    let set = try read(
      Self.document(
        #"""
        {"id": 1, "image_id": 9, "category_id": 18, "bbox": [1, 2, 3.5, 4], "area": 6.5, "iscrowd": 1, "segmentation": []},
        {"image_id": 9, "category_id": 1, "bbox": [0, 0, 2, 2]}
        """#))
    #expect(set.classNames == ["person", "dog"])
    #expect(set.categoryIDs == [1, 18])
    #expect(set.images.map(\.id) == [.number(2), .number(9)])
    #expect(set.images.map(\.file) == ["a.jpg", "b.jpg"])
    #expect(set.images.map(\.size) == [nil, ImageSize(width: 4, height: 3)])
    #expect(set.images[0].labels.isEmpty)
    #expect(
      set.images[1].objects(size: ImageSize(width: 4, height: 3)) == [
        AnnotatedObject(
          classIndex: 1, box: BoundingBox(left: 1, top: 2, width: 3.5, height: 4), area: 6.5, isCrowd: true),
        AnnotatedObject(classIndex: 0, box: BoundingBox(left: 0, top: 0, width: 2, height: 2), area: 4),
      ])
  }

  static let faults: [(text: String, says: String)] = [
    ("[", "invalid JSON at byte 1"),
    ("[]", "COCO annotations are an object"),
    (#"{"images": [], "annotations": [], "categories": []}"#, "there are no categories"),
    (
      #"{"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}"#,
      "categories[1]: there are two categories 1"
    ),
    (#"{"images": [], "annotations": [], "categories": [{"id": 1}]}"#, "categories[0] needs"),
    (#"{"images": [{"id": 1}], "annotations": [], \#(categories)}"#, "images[0] needs"),
    (
      #"{"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}], "annotations": [], \#(categories)}"#,
      "images[1]: there are two images 1"
    ),
    (
      #"{"images": [{"id": 1, "file_name": "a"}, {"id": 2, "file_name": "a"}], "annotations": [], \#(categories)}"#,
      "images[1]: the file 'a' occurs twice"
    ),
    (document(#"{"image_id": 2}"#), "annotations[0] needs"),
    (document(#"{"image_id": 3, "category_id": 1, "bbox": [0, 0, 1, 1]}"#), "annotations[0]: there is no image 3"),
    (document(#"{"image_id": 2, "category_id": 2, "bbox": [0, 0, 1, 1]}"#), "annotations[0]: there is no category 2"),
    (document(#"{"image_id": 2, "category_id": 1}"#), "'bbox' is four numbers"),
    (document(#"{"image_id": 2, "category_id": 1, "bbox": [0, 0, 1, 1, "x"]}"#), "'bbox' is four numbers"),
    (document(#"{"image_id": 2, "category_id": 1, "bbox": [0, 0, -1, 1]}"#), "'bbox' has a negative size"),
    (document(#"{"image_id": 2, "category_id": 1, "bbox": [0, 0, 1, 1], "area": "x"}"#), "'area' is not a number"),
    (document(#"{"image_id": 2, "category_id": 1, "bbox": [0, 0, 1, 1], "iscrowd": 2}"#), "'iscrowd' is 0 or 1"),
  ]

  @Test(arguments: faults) func faultsAreNamedWithTheirPlace(text: String, says: String) {
    let error = #expect(throws: DataSetError.self) { try read(text) }
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func resultsAreReadBackAsTheyWereWritten() throws {
    let results = [
      COCOResult(
        imageID: .number(9), categoryID: 18,
        box: BoundingBox(left: 1.0 / 3, top: Double(Float(0.1)), width: 1e-7, height: 640), score: Double(Float(0.3))),
      COCOResult(
        imageID: .name("a b"), categoryID: 1, box: BoundingBox(left: 0, top: 0, width: 1, height: 1), score: 1),
    ]
    let text = JSONValue.array(results.map(\.json))
    #expect(try readCOCOResults(text.utf8) == results)
  }

  @Test(arguments: [
    ("{}", "COCO results are a list"), ("[{}]", "[0] needs"),
    (#"[{"image_id": 1, "category_id": 1, "score": 0.5, "bbox": []}]"#, "[0]: 'bbox' is four numbers"),
    (#"[{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}]"#, "[0] needs"),
  ])
  func faultsOfResultsAreNamedWithTheirPlace(text: String, says: String) {
    let error = #expect(throws: DataSetError.self) { try readCOCOResults(Array(text.utf8)) }
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("images/000000000139.jpg", ImageID.number(139)), ("street.png", .name("street")), ("a/b.c/12a.jpg", .name("12a")),
    ("12345678901234567890.jpg", .name("12345678901234567890")), ("noextension", .name("noextension")),
  ])
  func imagesWithoutIdentifierAreNamedByTheirFile(file: String, id: ImageID) {
    #expect(ImageID(file: file) == id)
  }

  @Test func numbersComeBeforeNames() {
    let ids: [ImageID] = [.name("a"), .number(10), .name("B"), .number(9)]
    #expect(ids.sorted() == [.number(9), .number(10), .name("B"), .name("a")])
  }
}
