import Foundation
import GelanRuntime
import TestSupport
import Testing

@testable import gelan

/// `gelan detect` on many pictures: which ones, in which order, in which form, and what is left after a fault.
@Suite struct DetectCommandTests {
  /// A folder with a plan and pictures of several shapes:
  ///
  ///     m.plan  photos/{3,B,a,c}.png  photos/.hidden.png  photos/{notes.txt,pipe.png}  photos/more/{3.PNG,d.png}  empty/
  private final class Workplace {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gelan-\(UUID().uuidString)")
    static let sizes = [
      "photos/3.png": (64, 48), "photos/B.png": (20, 90), "photos/a.png": (90, 20), "photos/c.png": (33, 34),
      "photos/.hidden.png": (8, 8), "photos/more/3.PNG": (128, 128), "photos/more/d.png": (1, 200),
    ]

    /// The pictures that `photos` stands for.
    static let photos = [
      "photos/3.png", "photos/B.png", "photos/a.png", "photos/c.png", "photos/more/3.PNG", "photos/more/d.png",
    ]

    init() throws {
      for name in ["photos/more", "empty"] {
        try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
      }
      try write("no picture", to: "photos/notes.txt")
      // Whoever opened it would wait for ever.
      #expect(mkfifo(url("photos/pipe.png").path, 0o600) == 0)
      try write("no picture", to: "damaged.png")
      for (name, size) in Self.sizes {
        let pixels = (0..<size.0 * size.1 * 3).map { UInt8(truncatingIfNeeded: $0 &* $0 / 11 &+ size.0) }
        try Image(width: size.0, height: size.1, pixels: pixels).writePNG(to: url(name).path)
      }
      try Self.plan.get().write(to: url("m.plan"))
    }

    /// The plan that all places share, compiled once.
    private static let plan = Result {
      try withTemporaryFolder { folder in
        let golden = Fixtures.folder.appendingPathComponent("golden/mini-c").path
        _ = try Tool.run(
          "compile", "\(golden).yaml", "--weights", "\(golden).weights.safetensors", "--input", "128", "-o", "m.plan",
          in: folder)
        return try Data(contentsOf: folder.appendingPathComponent("m.plan"))
      }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func url(_ name: String) -> URL { folder.appendingPathComponent(name) }

    func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: url(name)) }

    func read(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }

    /// Runs `detect` with settings that find a few objects in anything.
    func detect(_ words: String..., input: String = "") throws -> Tool.Result {
      try Tool.run(
        ["detect", "m.plan", "--conf", "0.0001", "--max-detections", "4"] + words, in: folder, input: input)
    }
  }

  // MARK: - Inputs

  struct Inputs: Sendable, CustomTestStringConvertible {
    let words: [String]
    var list = ""
    let pictures: [String]
    var status: Int32 = 0
    var says = ""
    var testDescription: String { words.joined(separator: " ") + " " + list.debugDescription }
  }

  static let inputs = [
    Inputs(words: ["photos"], pictures: Workplace.photos),
    Inputs(words: ["photos/"], pictures: Workplace.photos),
    Inputs(
      words: ["photos/more", "photos/a.png"], pictures: ["photos/more/3.PNG", "photos/more/d.png", "photos/a.png"]),
    Inputs(words: ["photos/a.png", "photos/a.png"], pictures: ["photos/a.png", "photos/a.png"]),
    Inputs(words: ["photos/?.png"], pictures: ["photos/3.png", "photos/B.png", "photos/a.png", "photos/c.png"]),
    Inputs(words: ["photos/*"], pictures: Workplace.photos),
    Inputs(words: ["photos/{c,a}.png"], pictures: ["photos/c.png", "photos/a.png"]),
    Inputs(words: ["photos/.h*"], pictures: ["photos/.hidden.png"]),
    Inputs(words: ["-"], list: "photos/c.png\n\nphotos/a.png", pictures: ["photos/c.png", "photos/a.png"]),
    Inputs(words: ["-"], list: "photos/c.png\r\nphotos/a.png\r\n", pictures: ["photos/c.png", "photos/a.png"]),
    Inputs(words: ["-"], list: "photos/c.png\0photos/a.png\0", pictures: ["photos/c.png", "photos/a.png"]),
    Inputs(
      words: ["photos/a.png", "-"], list: "photos/none.png\nphotos/c.png\n",
      pictures: ["photos/a.png", "photos/c.png"],
      status: 3, says: "photos/none.png"),
    Inputs(words: ["-"], pictures: [], status: 3, says: "no pictures"),
    Inputs(words: ["empty"], pictures: [], status: 3, says: "empty: there are no pictures in this folder"),
    Inputs(
      words: ["empty", "photos/c.png"], pictures: ["photos/c.png"], status: 3, says: "empty: there are no pictures"),
    Inputs(words: ["photos/*.bmp"], pictures: [], status: 3, says: "no pictures match 'photos/*.bmp'"),
    Inputs(
      words: ["damaged.png", "photos/c.png"], pictures: ["photos/c.png"], status: 3, says: "1 of 2 pictures failed"),
    Inputs(words: ["none.png"], pictures: [], status: 3, says: "none.png"),
    // What is there under that very name is no pattern.
    Inputs(words: ["photos/[1].png"], pictures: [], status: 3, says: "no pictures match"),
  ]

  @Test(arguments: inputs) func inputsStandForPictures(_ example: Inputs) throws {
    let place = try Workplace()
    let result = try Tool.run(["detect", "m.plan", "--json"] + example.words, in: place.folder, input: example.list)
    #expect(result.status == example.status, "\(result.errors)")
    #expect(try result.objects.map { $0["image"] as? String } == example.pictures)
    #expect(example.says.isEmpty ? result.errors == "" : result.errors.contains(example.says), "\(result.errors)")
  }

  @Test func aNameWithBracketsIsAName() throws {
    let place = try Workplace()
    try FileManager.default.copyItem(at: place.url("photos/a.png"), to: place.url("photos/[1].png"))
    #expect(try place.detect("photos/[1].png", "--json").objects.map { $0["image"] as? String } == ["photos/[1].png"])
  }

  // MARK: - Order and sizes

  /// The results without their times.
  private func found(_ result: Tool.Result) throws -> [NSDictionary] {
    #expect(result.status == 0, "\(result.errors)")
    return try found(result.output)
  }

  private func found(_ lines: String) throws -> [NSDictionary] {
    try lines.split(separator: "\n").map { line in
      var object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      object["milliseconds"] = nil
      return object as NSDictionary
    }
  }

  /// With a thread for each picture the results are the same to the last bit; several threads on one picture divide
  /// matrices otherwise, which rounds otherwise.
  @Test func resultsDoNotDependOnThreads() throws {
    let place = try Workplace()
    let alone = try found(place.detect("photos", "photos", "--json", "--threads", "1"))
    #expect(alone.count == 12)
    for threads in ["2", "3", "7", "12"] {
      #expect(try found(place.detect("photos", "photos", "--json", "--threads", threads)) == alone)
    }
    let shared = try found(place.detect("photos", "photos", "--json", "--threads", "40"))
    for (line, other) in zip(alone, shared) {
      #expect(line["image"] as? String == other["image"] as? String)
      let (objects, others) = (
        line["detections"] as? [NSDictionary] ?? [], other["detections"] as? [NSDictionary] ?? []
      )
      #expect(objects.count == others.count)
      for (object, other) in zip(objects, others) {
        let (left, right) = (object["confidence"] as? Double ?? 0, other["confidence"] as? Double ?? 1)
        #expect(abs(left - right) < 1.01e-5)
      }
    }
  }

  /// 64 × 48 fits 128 × 128 as 128 × 96, 90 × 20 as 128 × 28, which the network sees as 128 × 32.
  @Test(arguments: [("photos/3.png", "96x128"), ("photos/a.png", "32x128"), ("photos/B.png", "128x32")])
  func theLeastRectangleIsTheDefault(_ picture: String, _ size: String) throws {
    let place = try Workplace()
    let boxes = try found(place.detect(picture, "--json"))
    #expect(try found(place.detect(picture, "--json", "--input", size)) == boxes)
    let square = try found(place.detect(picture, "--json", "--square"))
    #expect(try found(place.detect(picture, "--json", "--input", "128")) == square)
    #expect(square != boxes)
  }

  // MARK: - Formats

  @Test func everyFormatSaysTheSame() throws {
    let place = try Workplace()
    let lines = try found(place.detect("photos", "--format", "jsonl", "--save", "drawn"))
    #expect(try place.detect("photos", "--json", "-o", "out.jsonl").output == "")
    #expect(try found(place.read("out.jsonl")) == lines)

    let printed = try place.detect("photos", "--format", "coco").output
    #expect(try place.detect("photos", "--format", "coco", "-o", "out.json").output == "")
    #expect(try place.read("out.json") == printed)
    let results = try #require(try JSONSerialization.jsonObject(with: Data(printed.utf8)) as? [[String: Any]])

    #expect(try place.detect("photos", "--format", "yolo", "-o", "labels").status == 0)
    // Two pictures are called 3: the second one's file has a number.
    let names = ["3", "B", "a", "c", "3-2", "d"]
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: place.url("labels").path))
        == Set(names.map { $0 + ".txt" }))
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: place.url("drawn").path))
        == Set(names.map { $0 + ".png" }))

    var rest = results[...]
    for (line, name) in zip(lines, names) {
      let objects = try #require(line["detections"] as? [[String: Any]])
      let (width, height) = (try #require(line["width"] as? Double), try #require(line["height"] as? Double))
      #expect(!objects.isEmpty)
      let labels = try place.read("labels/\(name).txt").split(separator: "\n").map {
        $0.split(separator: " ").compactMap { Double($0) }
      }
      #expect(labels.count == objects.count)
      for (object, label) in zip(objects, labels) {
        let box = try #require(object["box"] as? [Double])
        let confidence = try #require(object["confidence"] as? Double)
        let next = rest.popFirst()
        let result = try #require(next)
        #expect(result["category_id"] as? Int == object["class"] as? Int)
        #expect(result["score"] as? Double == confidence)
        switch name {
        case "3", "3-2": #expect(result["image_id"] as? Int == 3)
        default: #expect(result["image_id"] as? String == name)
        }
        let sides = try #require(result["bbox"] as? [Double])
        // Hundredths of a pixel, rounded before or after the difference.
        let expected = [box[0], box[1], box[2] - box[0], box[3] - box[1]]
        #expect(zip(sides, expected).allSatisfy { abs($0 - $1) < 0.0151 }, "\(sides) \(expected)")

        #expect(label.count == 6 && label[0] == object["class"] as? Double)
        let corners = [
          (label[1] - label[3] / 2) * width, (label[2] - label[4] / 2) * height, (label[1] + label[3] / 2) * width,
          (label[2] + label[4] / 2) * height,
        ]
        #expect(zip(corners, box).allSatisfy { abs($0 - $1) < 0.006 }, "\(corners) \(box)")
        #expect(abs(label[5] - confidence) < 6e-6)
      }
    }
    #expect(rest.isEmpty)
  }

  /// Not even in the folder of the pictures is one of them written over.
  @Test func drawingsLeavePicturesAlone() throws {
    let place = try Workplace()
    try FileManager.default.copyItem(at: place.url("photos/a.png"), to: place.url("photos/a-2.png"))
    let before = try ["a", "a-2", "c"].map { try Data(contentsOf: place.url("photos/\($0).png")) }
    let result = try place.detect(
      "photos/a.png", "photos/more/../a.png", "photos/a-2.png", "photos/c.png", "--save", "photos")
    for name in ["a-3", "a-4", "a-2-2", "c-2"] {
      #expect(result.output.contains("drawn in photos/\(name).png\n"), "\(name)")
    }
    #expect(try ["a", "a-2", "c"].map { try Data(contentsOf: place.url("photos/\($0).png")) } == before)
  }

  @Test func anArrayWithoutObjectsIsAnArray() throws {
    let place = try Workplace()
    let result = try place.detect("photos", "--format", "coco", "--conf", "1")
    #expect(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [Int] == [])
  }

  // MARK: - Shards and resuming

  @Test(arguments: [1, 2, 5, 6, 9]) func shardsAreDisjointAndMakeUpTheWhole(_ count: Int) throws {
    let place = try Workplace()
    // One thread for each picture, in the whole and in its parts.
    let whole = try found(place.detect("photos", "--json", "--threads", "1"))
    var parts: [[NSDictionary]] = []
    for number in 1...count {
      parts.append(try found(place.detect("photos", "--json", "--threads", "1", "--shard", "\(number)/\(count)")))
      #expect(
        try place.detect("photos", "--format", "yolo", "-o", "parts", "--shard", "\(number)/\(count)").status == 0)
    }
    #expect(parts.joined().count == whole.count)
    #expect(Set(parts.joined()) == Set(whole))
    let sizes = parts.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    // The names in a shared folder are those of one machine alone.
    #expect(try place.detect("photos", "--format", "yolo", "-o", "alone", "--threads", "1").status == 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: place.url("alone").path) {
      #expect(try place.read("parts/\(name)") == place.read("alone/\(name)"))
    }
  }

  @Test(arguments: [
    "1/1": true, "3/8": true, "8/8": true, "0/8": false, "9/8": false, "1/0": false, "-1/2": false, "1": false,
    "/": false, "1/2/3": false, "a/b": false, "1/99999999999999999999": false,
  ])
  func aShardIsAPartOfANumberOfParts(_ text: String, _ isLegal: Bool) {
    #expect((Shard(text) != nil) == isLegal)
  }

  @Test func resumingDoesWhatIsMissing() throws {
    let place = try Workplace()
    let whole = try found(place.detect("photos", "photos/a.png", "--json", "--threads", "1"))
    #expect(
      try place.detect("photos/B.png", "photos/a.png", "--json", "-o", "out.jsonl", "--threads", "1").output == "")
    // The last line of a program that was killed.
    try place.write(try place.read("out.jsonl") + "{\"image\": \"photos/c.p", to: "out.jsonl")
    func resume() throws -> Tool.Result {
      try place.detect("photos", "photos/a.png", "--json", "-o", "out.jsonl", "--resume", "--threads", "1")
    }
    let resumed = try resume()
    #expect(resumed.errors == "2 of 7 pictures are done already\n")
    let lines = try place.read("out.jsonl")
    #expect(try found(lines).count == 7)
    #expect(try Set(found(lines)) == Set(whole))
    #expect(try resume().status == 0)
    #expect(try place.read("out.jsonl") == lines)

    #expect(try place.detect("photos/B.png", "--format", "yolo", "-o", "labels").status == 0)
    try place.write("kept", to: "labels/B.txt")
    #expect(try place.detect("photos", "--format", "yolo", "-o", "labels", "--resume").status == 0)
    #expect(try place.read("labels/B.txt") == "kept")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.url("labels").path).count == 6)
  }

  // MARK: - Faults

  struct Fault: Sendable, CustomTestStringConvertible {
    let words: [String]
    let status: Int32
    let says: String
    var testDescription: String { words.joined(separator: " ") }
  }

  static let faults = [
    Fault(words: ["photos", "--json", "-o", "/nowhere/x.jsonl"], status: 3, says: "/nowhere/x.jsonl"),
    Fault(words: ["photos", "--format", "coco", "-o", "/nowhere/x.json"], status: 3, says: "/nowhere/x.json"),
    Fault(words: ["photos", "--format", "yolo", "-o", "/dev/null/labels"], status: 3, says: "/dev/null/labels"),
    Fault(words: ["photos", "--format", "yolo", "-o", "damaged.png"], status: 3, says: "damaged.png"),
    Fault(words: ["photos", "--save", "/dev/null/drawn"], status: 3, says: "/dev/null/drawn"),
    Fault(words: ["photos", "--format", "text", "-o", "/dev/full"], status: 3, says: "/dev/full"),
    Fault(words: ["photos", "--format", "yolo"], status: 2, says: "give -o DIR"),
    Fault(words: ["photos", "--format", "json"], status: 2, says: "did you mean 'jsonl'?"),
    Fault(words: ["photos", "--format", "coco", "--json"], status: 2, says: "--json is --format jsonl"),
    Fault(words: ["photos", "--json", "--resume"], status: 2, says: "--resume goes on"),
    Fault(words: ["photos", "--format", "coco", "-o", "x", "--resume"], status: 2, says: "--resume goes on"),
    Fault(words: ["photos", "--json", "-o", "photos/notes.txt", "--resume"], status: 3, says: "last line"),
    Fault(words: ["photos", "--json", "-o", "lines.txt", "--resume"], status: 3, says: "line 1 is no result"),
    Fault(words: ["photos", "--json", "-o", "m.plan"], status: 2, says: "would replace 'm.plan'"),
    Fault(words: ["photos", "-o", "photos/more/../a.png"], status: 2, says: "would replace 'photos/a.png'"),
    Fault(words: ["photos", "--shard", "3/2"], status: 2, says: "such as 3/8, not '3/2'"),
    Fault(words: ["photos", "--square", "--input", "64"], status: 2, says: "exclude each other"),
    Fault(words: ["photos", "--input", "65"], status: 1, says: "multiples of 32"),
  ]

  @Test(arguments: faults) func faultsAreToldBeforeAnythingIsLost(_ fault: Fault) throws {
    let place = try Workplace()
    try place.write("a line\n", to: "lines.txt")
    let plan = try Data(contentsOf: place.url("m.plan"))
    let result = try Tool.run(["detect", "m.plan"] + fault.words, in: place.folder)
    #expect(result.status == fault.status, "\(result.errors)")
    #expect(result.errors.contains(fault.says), "\(result.errors)")
    #expect(try Data(contentsOf: place.url("m.plan")) == plan)
    #expect(try place.read("lines.txt") == "a line\n")
    #expect(try place.read("photos/notes.txt") == "no picture")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.folder.path).allSatisfy { !$0.hasPrefix(".gelan-") })
  }

  @Test func aReaderThatGoesAwayEndsTheProgramQuietly() throws {
    let place = try Workplace()
    let list = (0..<200).map { _ in "photos/a.png" }.joined(separator: "\n")
    try place.write(list, to: "list")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.currentDirectoryURL = place.folder
    let command = "{ '\(Tool.path)' detect m.plan - --json < list 2> errors; echo $? > status; } | head -n 1 > first"
    shell.arguments = ["-c", command]
    try shell.run()
    shell.waitUntilExit()
    #expect(try place.read("status") == "0\n")
    #expect(try place.read("errors") == "")
    #expect(try found(place.read("first")).count == 1)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalKeepsWhatIsDone(_ signal: Int32) throws {
    let place = try Workplace()
    for (format, output) in [("jsonl", "out.jsonl"), ("coco", "out.json")] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Tool.path)
      process.currentDirectoryURL = place.folder
      process.arguments = [
        "detect", "m.plan", "-", "--format", format, "-o", output, "--save", format, "--conf", "0.0001",
      ]
      try place.write((0..<20_000).map { _ in "photos/a.png\n" }.joined(), to: "list")
      process.standardInput = try FileHandle(forReadingFrom: place.url("list"))
      _ = FileManager.default.createFile(atPath: place.url("errors").path, contents: nil)
      process.standardError = try FileHandle(forWritingTo: place.url("errors"))
      try process.run()
      // The first drawing says that the work has begun; a program that is never interrupted ends by itself.
      let drawing = place.url("\(format)/a.png").path
      while process.isRunning, !FileManager.default.fileExists(atPath: drawing) { usleep(1000) }
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
      let errors = try place.read("errors")
      let done = try #require(errors.split(separator: " ").compactMap { Int($0) }.first)
      #expect(errors.contains("\(done) of 20000 pictures are done, and their results are kept"), "\(errors)")
      if format == "jsonl" {
        #expect(try found(place.read(output)).count == done)
      } else {
        let array = try JSONSerialization.jsonObject(with: Data(contentsOf: place.url(output))) as? [Any]
        #expect((array ?? []).isEmpty == (done == 0))
      }
    }
  }

  @Test func progressIsALine() {
    let bar = ProgressBar(total: 128, unit: "pictures")
    #expect(bar.line(0, seconds: 0) == "[--------------------]  0/128")
    #expect(bar.line(32, seconds: 1.6) == "[#####---------------]  32/128  20.0 pictures/s  0:05 left")
    #expect(bar.line(1, seconds: 100) == "[--------------------]  1/128  0.01 pictures/s  3:31:40 left")
    #expect(bar.line(128, seconds: 4) == "[####################]  128/128  32.0 pictures/s")
  }
}
