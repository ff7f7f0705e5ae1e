import Foundation
import TestSupport
import Testing

/// `gelan val` on small data sets, and its figures on photographs where those are.
@Suite struct ValCommandTests {
  private static let picture = Fixtures.folder.appendingPathComponent("images/street.png")

  /// A plan with random weights for three classes.
  private static func plan(in folder: URL) throws -> String {
    let path = folder.appendingPathComponent("m.plan").path
    let model = Fixtures.folder.appendingPathComponent("golden/mini-c.yaml").path
    let compiled = try Tool.run("compile", model, "--random-weights", "1", "-o", path)
    #expect(compiled.status == 0, "\(compiled.errors)")
    return path
  }

  /// Copies of one picture, `images/1.png` and on, with these label files; nothing for a picture without one.
  private static func write(_ labels: [String?], to folder: URL) throws {
    let files = FileManager.default
    for name in ["images", "labels"] {
      try files.createDirectory(at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for (index, label) in labels.enumerated() {
      try files.copyItem(at: picture, to: folder.appendingPathComponent("images/\(index + 1).png"))
      try label?.write(
        to: folder.appendingPathComponent("labels/\(index + 1).txt"), atomically: true, encoding: .utf8)
    }
  }

  private static func write(_ text: String, to name: String, in folder: URL) throws {
    try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
  }

  @Test func storedDetectionsHaveTheFiguresOfTheRunThatStoredThem() throws {
    try withTemporaryFolder { folder in
      let plan = try Self.plan(in: folder)
      try Self.write(["0 0.5 0.5 0.9 0.9\n2 0.3 0.3 0.4 0.4\n", nil, "1 0.6 0.5 0.5 0.7\n"], to: folder)
      let quick = ["--input", "64", "--conf", "0", "--json"]
      let run = try Tool.run(
        ["val", plan, "--data", ".", "--save-detections", "found.json"] + quick, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("1 of 3 pictures have no label file"))
      let report = try #require(try run.objects.first)
      #expect(report["schema"] as? Int == 1)
      #expect(report["images"] as? Int == 3)
      #expect(report["objects"] as? Int == 3)
      let names = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
      let summary = try #require(report["summary"] as? [String: Any])
      #expect(Set(summary.keys) == Set(names))
      // All three objects are large.
      #expect(summary["APs"] is NSNull)
      #expect((summary["AR100"] as? Double ?? 0) > 0)
      #expect((report["classes"] as? [Any])?.count == 3)
      let times = try #require(report["milliseconds"] as? [String: Any])
      #expect(Set(times.keys) == ["decode", "prepare", "run", "select", "evaluate"])

      let stored = try Tool.run("val", "--data", ".", "--detections", "found.json", "--json", in: folder)
      #expect(stored.status == 0, "\(stored.errors)")
      let again = try #require(try stored.objects.first?["summary"] as? [String: Any])
      for name in names { #expect(again[name] as? Double == summary[name] as? Double, "\(name)") }
    }
  }

  @Test func theTableHasPycocotoolsFiguresInTheOrderAskedFor() throws {
    let folder = Fixtures.folder.appendingPathComponent("evaluation")
    let figures = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent("figures.json")))
        as? [String: Any])
    let summary = try #require(figures["summary"] as? [String: Double])
    let words = [
      "val", "--data", folder.appendingPathComponent("annotations.json").path, "--detections",
      folder.appendingPathComponent("detections.json").path,
    ]
    let result = try Tool.run(words + ["--sort", "ap"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    for (name, value) in summary {
      let line = try #require(lines.first { $0[0] == name })
      #expect(line[1] == String(format: "%.4f", value))
    }
    // By figures.json: kite, person, car and "never found" in that order, then those without objects in the set's.
    let table = try #require(lines.firstIndex { $0[0] == "class" })
    #expect(
      lines[(table + 1)...].prefix(6).map { $0.prefix { Int($0) == nil } } == [
        ["kite"], ["person"], ["car"], ["never", "found"], ["nothing"], ["never", "marked"],
      ])

    let some = try Tool.run(words + ["--classes", "car", "--classes", "0=person", "--json"])
    let classes = try #require(try some.objects.first?["classes"] as? [[String: Any]])
    #expect(classes.map { $0["name"] as? String } == ["person", "car"], "\(some.errors)")
  }

  @Test func everyWayToNameADataSetFindsThePictures() throws {
    try withTemporaryFolder { folder in
      try Self.write(["1 0.5 0.5 0.5 0.5"], to: folder)
      try Self.write("[]", to: "none.json", in: folder)
      try Self.write("./images/1.png\n", to: "list.txt", in: folder)
      try Self.write("path: .\nval: images\nnames: {0: cat, 1: dog}\nnc: 2\n", to: "a.yaml", in: folder)
      try Self.write("val: [../images]\ntest: list.txt\nnames: [cat, dog]\n", to: "b.yaml", in: folder)
      try Self.write(
        """
        {"images": [{"id": 1, "file_name": "images/1.png", "width": 960, "height": 720}],
         "categories": [{"id": 7, "name": "cat"}, {"id": 8, "name": "dog"}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 8, "bbox": [240, 180, 480, 360], "area": 172800}]}
        """, to: "c.json", in: folder)
      for data in [".", "images", "list.txt", "a.yaml", "b.yaml", "b.yaml --split test", "c.json"] {
        let words =
          ["val", "--detections", "none.json", "--json", "--data"] + data.split(separator: " ").map(String.init)
        let result = try Tool.run(words, in: folder)
        #expect(result.status == 0, "\(data): \(result.errors)")
        let report = try #require(try result.objects.first)
        #expect(report["images"] as? Int == 1)
        #expect(report["objects"] as? Int == 1)
        #expect((report["summary"] as? [String: Any])?["APl"] as? Double == 0)
        let classes = try #require(report["classes"] as? [[String: Any]])
        let marked = try #require(classes.first { $0["objects"] as? Int == 1 })
        if data.contains("yaml") || data.contains("json") { #expect(marked["name"] as? String == "dog") }
        if data.contains("json") { #expect(marked["id"] as? Int == 8) }
      }
    }
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    let words: String
    let status: Int32
    let says: String
    var testDescription: String { words }
  }

  static let faults = [
    Fault(words: "--data .", status: 2, says: "PLAN is missing"),
    Fault(words: "", status: 2, says: "--data DATA is missing"),
    Fault(words: "m.plan --data . --detections none.json", status: 2, says: "'m.plan' has no meaning"),
    Fault(words: "--data . --detections none.json --iou 0.5", status: 2, says: "'--iou' has no meaning"),
    Fault(words: "--data . --detections none.json --images .", status: 2, says: "--images goes with COCO"),
    Fault(words: "--data . --detections none.json --classes cat", status: 2, says: "the plan has no class 'cat'"),
    Fault(words: "--data nowhere --detections none.json", status: 3, says: "no folder of pictures 'nowhere'"),
    Fault(words: "--data nowhere.json --detections none.json", status: 3, says: "nowhere.json"),
    Fault(words: "--data none.json --detections none.json", status: 1, says: "none.json: COCO annotations are"),
    Fault(
      words: "--data a.yaml --detections none.json --split test", status: 1, says: "it has val: choose with --split"),
    Fault(words: "--data a.yaml --detections none.json", status: 1, says: "labels/2.txt:2: class 2 is out of range"),
    Fault(words: "--data bad.yaml --detections none.json", status: 1, says: "'names' is a list or a mapping"),
    Fault(words: "--data gap.yaml --detections none.json", status: 1, says: "classes are numbered 0 to 1, each once"),
    Fault(words: "--data twice.txt --detections none.json", status: 1, says: "'images/1.png' is listed twice"),
    Fault(words: "--data bare --detections none.json", status: 1, says: "no picture has a label file"),
    Fault(words: "--data none.plan --detections none.json", status: 1, says: "a data set is a .json, .yaml or .txt"),
    Fault(words: "--data images --detections other.json", status: 1, says: "[0]: the data set has no picture 77"),
    Fault(words: "m.plan --data gone.json", status: 3, says: "1 of 1 pictures are missing, first 'gone.jpg'; --images"),
    Fault(words: "m.plan --data . --square --stretch", status: 2, says: "exclude each other"),
    Fault(words: "m.plan --data images --save-detections /nowhere/x.json", status: 3, says: "/nowhere/x.json"),
    Fault(words: "m.plan --data gone.json --save-detections gone.json", status: 2, says: "would replace 'gone.json'"),
  ]

  @Test func faultsAreNamed() throws {
    try withTemporaryFolder { folder in
      _ = try Self.plan(in: folder)
      try Self.write(["1 0.5 0.5 0.5 0.5", "1 0.5 0.5 0.5 0.5\n2 0.5 0.5 0.5 0.5"], to: folder)
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("bare"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: Self.picture, to: folder.appendingPathComponent("bare/x.png"))
      for (name, text) in [
        ("none.json", "[]"), ("none.plan", ""), ("twice.txt", "images/1.png\nimages/1.png\n"),
        ("a.yaml", "val: images\nnames: [cat, dog]"), ("bad.yaml", "val: images\nnames: 2"),
        ("gap.yaml", "val: images\nnames: {0: cat, 2: dog}"),
        ("other.json", #"[{"image_id": 77, "category_id": 0, "bbox": [0, 0, 1, 1], "score": 1}]"#),
        (
          "gone.json",
          #"{"images": [{"id": 1, "file_name": "gone.jpg"}], "annotations": [], "categories": [{"id": 1, "name": "class 0"}]}"#
        ),
      ] {
        try Self.write(text, to: name, in: folder)
      }
      for fault in Self.faults {
        let result = try Tool.run(["val"] + fault.words.split(separator: " ").map(String.init), in: folder)
        #expect(result.status == fault.status, "\(fault.words): \(result.errors)")
        #expect(result.errors.contains(fault.says), "\(fault.words): \(result.errors)")
      }
    }
  }

  @Test func aPictureThatCannotBeReadIsLeftOut() throws {
    try withTemporaryFolder { folder in
      let plan = try Self.plan(in: folder)
      try Self.write(["0 0.5 0.5 0.9 0.9", "0 0.5 0.5 0.9 0.9"], to: folder)
      try Self.write("no picture", to: "images/1.png", in: folder)
      let result = try Tool.run("val", plan, "--data", ".", "--input", "64", "--json", in: folder)
      #expect(result.status == 3)
      #expect(result.errors.contains("./images/1.png"), "\(result.errors)")
      let report = try #require(try result.objects.first)
      #expect(report["images"] as? Int == 1)
      #expect(report["unreadable"] as? Int == 1)
      #expect(report["objects"] as? Int == 1)
    }
  }

  @Test(.enabled(if: Fixtures.hasShared, "the trained checkpoint and photographs are not on this machine"))
  func theTrainedModelHasItsPublishedPrecision() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("n.plan").path
      let weights = Fixtures.shared.appendingPathComponent("weights/gelan-n_wholebody15.train.fp32.safetensors").path
      let compiled = try Tool.run("compile", "Tests/Fixtures/models/gelan-n.yaml", "--weights", weights, "-o", plan)
      #expect(compiled.status == 0, "\(compiled.errors)")
      // The settings of the reference in ../shared/README.md; 640x480 there is width x height.
      let photographs = Fixtures.shared.appendingPathComponent("images/coco128").path
      let result = try Tool.run(
        "val", plan, "--data", photographs, "--classes", "Body=0", "--stretch", "--input", "480x640", "--iou", "0.6",
        "--conf", "0.01", "--max-detections", "100", "--json")
      #expect(result.status == 0, "\(result.errors)")
      let summary = try #require(try result.objects.first?["summary"] as? [String: Any])
      // The reference has three digits.
      #expect(abs((summary["AP"] as? Double ?? 0) - 0.350) <= 0.0005)
      #expect(abs((summary["AP50"] as? Double ?? 0) - 0.542) <= 0.0005)
    }
  }
}
