import Foundation
import TestSupport
import Testing

/// The JSON that scripts read.
@Suite struct ContractTests {
  @Test func infoPrintsTheNumbersOfThePublishedTable() throws {
    let result = try Tool.run("info", "models-yaml/gelan-c.yaml", "--json")
    let report = try #require(try result.objects.first)
    #expect(report["schema"] as? Int == 1)
    #expect(report["name"] as? String == "gelan-c")
    #expect(report["input"] as? [Int] == [1, 3, 640, 640])
    #expect(report["classes"] as? Int == 80)
    #expect(report["strides"] as? [Int] == [8, 16, 32])
    #expect(report["training"] as? [String: Int] == ["parameters": 25_498_752, "flops": 102_818_867_200])
    #expect(report["inference"] as? [String: Int] == ["parameters": 25_288_768, "flops": 102_137_292_800])
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.count == 23)
    #expect(rows[0]["output"] as? [Int] == [1, 64, 320, 320])
    #expect(rows[0]["from"] as? [Int] == [-1])
    #expect(rows[0]["branch"] as? String == "main")
    #expect(rows[0]["section"] as? String == "backbone")
    #expect(rows[11]["from"] as? [Int] == [-1, 6])
    #expect(rows[4]["parameters"] as? Int == 847_616)
    #expect(rows[4]["inferenceParameters"] as? Int == 837_376)
  }

  @Test func infoListsTheShapesOfATuple() throws {
    let result = try Tool.run("info", "Tests/Fixtures/golden/mini-c.yaml", "--json", "--input", "96x128")
    let rows = try #require(try result.objects.first?["rows"] as? [[String: Any]])
    #expect(rows[25]["block"] as? String == "CBLinear")
    #expect(rows[25]["branch"] as? String == "auxiliary")
    #expect(rows[25]["output"] as? [[Int]] == [[1, 32, 3, 4], [1, 48, 3, 4], [1, 64, 3, 4]])
  }

  @Test func doubtsAboutWhatIsWrittenComeBesideErrors() throws {
    try withTemporaryFolder { folder in
      let model = """
        nc: 2
        backbone:
          - [-1, 0, Conv, [16, 3, 2]] # 0
          - [-1, 1, Convv, [16, 3, 1]] # 0
        head:
          - [[0], 1, DDetect, [nc]]
        """
      let path = folder.appending(path: "m.yaml").path
      try model.write(toFile: path, atomically: true, encoding: .utf8)
      let result = try Tool.run("check", path, "--format", "json")
      #expect(result.status == 1)
      let codes = try result.objects.map { $0["code"] as? String }
      #expect(codes == ["number-below-one", "unknown-block", "stale-index-comment"])
    }
  }

  @Test func checkPrintsOneObjectForEachFault() throws {
    try withTemporaryFolder { folder in
      let model = """
        classes: 2
        backbone:
          p1: [-1, 1, Conf, [8, 3, 2]]
          p2: [-1, 1, Conv, [8, 3, 2]]
        neck:
          up: [images, 1, Upsample, [two]]
        """
      try model.write(to: folder.appendingPathComponent("m.yaml"), atomically: true, encoding: .utf8)
      let result = try Tool.run("check", "m.yaml", "--format", "json", in: folder)
      #expect(result.status == 1)
      let faults = try result.objects
      #expect(faults.compactMap { $0["code"] as? String } == ["unknown-block", "unknown-name"])
      let first = try #require(faults.first)
      #expect(first["file"] as? String == "m.yaml")
      #expect(first["severity"] as? String == "error")
      let range = try #require(first["range"] as? [String: [String: Int]])
      #expect(range["start"] == ["line": 3, "column": 15, "byte": 35])
      #expect(range["end"] == ["line": 3, "column": 19, "byte": 39])
      for key in ["labels", "notes", "fixIts"] { #expect(first[key] is [Any]) }
    }
  }

  @Test func compileRunBenchAndDetectWorkTogether() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      let compiled = try Tool.run(
        "compile", "Tests/Fixtures/golden/mini-c.yaml", "--weights", "Tests/Fixtures/golden/mini-c.weights.safetensors",
        "-o", plan)
      #expect(compiled.status == 0, "\(compiled.errors)")

      let outputs = folder.appendingPathComponent("out.safetensors").path
      let run = try Tool.run(
        "run", plan, "--inputs", "Tests/Fixtures/golden/mini-c.io.safetensors", "--outputs", outputs)
      #expect(run.status == 0, "\(run.errors)")
      #expect(FileManager.default.fileExists(atPath: outputs))
      let misuse = try Tool.run(
        "run", plan, "--inputs", outputs, "--outputs", folder.path + "/../" + folder.lastPathComponent + "/m.plan")
      #expect(misuse.status == 2 && misuse.errors.contains("would replace '\(plan)'"), "\(misuse.errors)")

      let bench = try Tool.run("bench", plan, "--repeat", "2", "--json")
      let times = try #require(try bench.objects.first)
      #expect(times["input"] as? [Int] == [1, 3, 640, 640])
      #expect(times["repeat"] as? Int == 2)
      #expect(Set((times["milliseconds"] as? [String: Any] ?? [:]).keys) == ["median", "min", "p90"])
      for key in ["threads", "loadMilliseconds", "peakResidentBytes"] { #expect(times[key] is NSNumber) }
      #expect((times["kernels"] as? String)?.isEmpty == false)

      let detect = try Tool.run(
        "detect", plan, "Tests/Fixtures/images/street.png", "--json", "--conf", "0.0001", "--max-detections", "3",
        "--save", folder.path)
      let picture = try #require(try detect.objects.first)
      #expect(picture["image"] as? String == "Tests/Fixtures/images/street.png")
      #expect(picture["width"] as? Int == 960)
      #expect(picture["height"] as? Int == 720)
      let found = try #require(picture["detections"] as? [[String: Any]])
      #expect(found.count == 3)
      for object in found {
        #expect((object["box"] as? [Double])?.count == 4)
        #expect(["class 0", "class 1", "class 2"].contains(object["name"] as? String))
      }
      #expect(Set((picture["milliseconds"] as? [String: Any] ?? [:]).keys) == ["decode", "prepare", "run", "select"])
      #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("street.png").path))
    }
  }

  @Test func anUnreadablePictureDoesNotStopTheOthers() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run("compile", "Tests/Fixtures/golden/mini-c.yaml", "--random-weights", "1", "-o", plan)
      let result = try Tool.run("detect", plan, "README.md", "Tests/Fixtures/images/street.png", "--json")
      #expect(result.status == 3)
      #expect(try result.objects.count == 1)
      #expect(result.errors.contains("README.md"))
    }
  }

  @Test func weightsThatDoNotFitAreNamedAndNothingIsWritten() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      let result = try Tool.run(
        "compile", "Tests/Fixtures/golden/mini-c.yaml", "--classes", "7", "--weights",
        "Tests/Fixtures/golden/mini-c.weights.safetensors", "-o", plan)
      #expect(result.status == 1)
      #expect(result.errors.contains("try --classes 3"), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: plan))
    }
  }
}

/// What a person sees with a trained checkpoint and a photograph.
@Suite struct TrainedModelTests {
  @Test(.enabled(if: Fixtures.hasShared, "the trained checkpoint and photographs are not on this machine"))
  func detectFindsThePeopleInThePhotograph() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("n.plan").path
      let weights = Fixtures.shared.appendingPathComponent("weights/gelan-n_wholebody15.train.fp32.safetensors").path
      let compiled = try Tool.run("compile", "Tests/Fixtures/models/gelan-n.yaml", "--weights", weights, "-o", plan)
      #expect(compiled.status == 0, "\(compiled.errors)")
      let picture = Fixtures.shared.appendingPathComponent("images/bus.jpg").path
      let detect = try Tool.run("detect", plan, picture, "--json", "--conf", "0.3")
      let found = try #require(try detect.objects.first?["detections"] as? [[String: Any]])
      let people = found.filter { $0["name"] as? String == "Body" }.compactMap { $0["box"] as? [Double] }
      // Where the four people of the photograph stand, read off it by eye: left, top, right, bottom.
      let standing = [[50.0, 398, 246, 903], [222, 407, 345, 861], [669, 390, 810, 878], [0, 552, 64, 875]]
      // Of the last one the picture shows a half.
      for person in standing {
        #expect(people.contains { overlap($0, person) > 0.5 }, "\(person)")
      }
    }
  }

  /// Intersection over union.
  private func overlap(_ a: [Double], _ b: [Double]) -> Double {
    let width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    let height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    let areas = [a, b].map { ($0[2] - $0[0]) * ($0[3] - $0[1]) }
    return width * height / (areas[0] + areas[1] - width * height)
  }
}
