import Foundation
import GelanRuntime
import TestSupport
import Testing

/// The library as used by a Swift program: except for `SmallPlan` and the fixtures, all names are its public surface.
@Suite struct RuntimeLibraryTests {
  private let file: SmallPlan
  private let model: InferenceModel
  private let picture = Fixtures.folder.appendingPathComponent("images/street.png").path

  init() throws {
    file = try SmallPlan()
    model = try InferenceModel(path: file.path)
  }

  @Test func aModelSaysWhatItTakesAndGives() {
    #expect(model.name == "mini-c")
    #expect(model.classNames == ["class 0", "class 1", "class 2"])
    #expect(model.inputHeight == 640 && model.inputWidth == 640)
    #expect(model.heightMultiple == 32 && model.widthMultiple == 32)
    #expect(model.outputNames == ["output0"])
    #expect(model.isDetector)
  }

  /// The bounds are those of the runtime's own golden tests.
  @Test func aSessionGivesTheOfficialPredictions() throws {
    let session = try InferenceSession(model, height: file.imageShape[1], width: file.imageShape[2], threads: 2)
    #expect(session.inputShape == file.imageShape)
    let found = try session.run(file.images)
    #expect(found.count == session.outputCount && found[0].count == file.expected.count)
    #expect(session.outputShape(0) == [7, file.expected.count / 7])
    let boxCount = file.expected.count / 7 * 4
    for (index, (value, expected)) in zip(found[0], file.expected).enumerated() {
      #expect(abs(value - expected) < (index < boxCount ? 5e-4 : 1e-7))
    }
    // The same without copies.
    _ = session.input.update(fromContentsOf: file.images)
    session.run()
    #expect(Array(session.output(0)) == found[0])
    // Two images at once, one of them this one.
    let pair = try InferenceSession(model, height: file.imageShape[1], width: file.imageShape[2], batch: 2, threads: 2)
    let both = try pair.run([Float](repeating: 0.5, count: file.images.count) + file.images)[0]
    #expect(pair.batch == 2 && both.count == 2 * found[0].count && Array(both.suffix(found[0].count)) == found[0])
  }

  /// Eight significant bits of each factor move boxes by up to 0.12 pixels here and probabilities by up to 5e-6.
  @Test func aSessionInBF16ComesClose() throws {
    #expect(InferencePrecision.fp32.isAvailable)
    let (height, width) = (file.imageShape[1], file.imageShape[2])
    guard InferencePrecision.bf16.isAvailable else {
      let refusal = error { _ = try InferenceSession(model, height: height, width: width, precision: .bf16) }
      #expect(isCase(refusal, "precision", "bf16"))
      let detector = error { _ = try ObjectDetector(model, options: DetectionOptions(precision: .bf16)) }
      #expect(isCase(detector, "precision", "bf16"))
      return
    }
    let session = try InferenceSession(model, height: height, width: width, precision: .bf16)
    let found = try session.run(file.images)[0]
    let boxCount = file.expected.count / 7 * 4
    let differences = zip(found, file.expected).map { abs($0 - $1) }
    #expect(differences[..<boxCount].allSatisfy { $0 < 0.2 } && differences[boxCount...].allSatisfy { $0 < 1e-5 })
    #expect(differences.contains { $0 > 1e-5 }, "nothing was rounded")
    let objects = try ObjectDetector(model, options: DetectionOptions(confidence: 1e-4, precision: .bf16))
      .detect(Image(path: picture)).objects
    #expect(!objects.isEmpty)
  }

  /// To the last bit: what a detector computes depends on how many threads it has itself, and on nothing else.
  @Test func detectorsOnThreadsFindWhatOneFinds() async throws {
    let options = DetectionOptions(confidence: 1e-4, maximumDetections: 20)
    let image = try Image(path: picture)
    let alone = try ObjectDetector(model, options: options).detect(image).objects
    #expect(alone.count == 20)
    #expect(alone.allSatisfy { $0.className == model.classNames[$0.classIndex] })
    #expect(zip(alone, alone.dropFirst()).allSatisfy { $0.confidence >= $1.confidence })
    try await withThrowingTaskGroup(of: [DetectedObject].self) { group in
      for _ in 0..<4 {
        group.addTask { [model] in
          let detector = try ObjectDetector(model, options: options)
          _ = try detector.detect(image)
          return try detector.detect(image).objects
        }
      }
      for try await objects in group { #expect(objects == alone) }
    }
  }

  @Test(arguments: [
    (DetectionOptions.InputShape.rectangle, 480, 640), (.square, 640, 640), (.fixed(height: 96, width: 128), 96, 128),
    (.stretched(height: 128, width: 96), 128, 96),
  ])
  func optionsChooseTheSize(_ shape: DetectionOptions.InputShape, _ height: Int, _ width: Int) throws {
    let detector = try ObjectDetector(model, options: DetectionOptions(input: shape))
    let result = try detector.detect(Image(path: picture))
    #expect(result.inputHeight == height && result.inputWidth == width)
    #expect(result.prepareTime > .zero && result.runTime > .zero && result.selectTime > .zero)
  }

  /// A detector is used for images of many shapes, more than it keeps sessions for.
  @Test func shapesDoNotInfluenceEachOther() throws {
    let detector = try ObjectDetector(model, options: DetectionOptions(confidence: 1e-4, maximumDetections: 5))
    func grey(_ width: Int, _ height: Int) throws -> Image {
      let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
      return try Image(width: width, height: height, pixels: pixels)
    }
    let sides = Array(stride(from: 40, through: 640, by: 50))
    let first = try sides.map { try detector.detect(grey(640, $0)).objects }
    let second = try sides.reversed().map { try detector.detect(grey(640, $0)).objects }
    #expect(first == second.reversed())
    for side in [1, 3, 2000] { #expect(try detector.detect(grey(side, 2)).inputWidth <= 640) }
  }

  @Test func picturesComeFromFilesBytesAndSamples() throws {
    let image = try Image(path: picture)
    #expect(image.width == 960 && image.height == 720)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: picture)))
    #expect(try Image(encoded: bytes).pixels == image.pixels)
    #expect(try Image(width: 960, height: 720, pixels: image.pixels).pixels == image.pixels)

    let box = Box(left: 100, top: 200, right: 300, bottom: 400)
    let drawn = image.annotated(with: [DetectedObject(classIndex: 7, className: "dog", confidence: 1, box: box)])
    let folder = try TemporaryFolder()
    try drawn.writePNG(to: folder.path("drawn.png"))
    #expect(try Image(path: folder.path("drawn.png")).pixels == drawn.pixels)
    #expect(drawn.pixels != image.pixels)
  }

  private func error(_ body: () throws -> Void) -> InferenceError? {
    do { try body() } catch { return error as? InferenceError }
    return nil
  }

  private func isCase(_ error: InferenceError?, _ kind: String, _ words: String) -> Bool {
    error?.kind == kind && error?.description.contains(words) == true
  }

  @Test func badInputIsAnErrorThatSaysWhat() throws {
    let readme = Fixtures.root.appendingPathComponent("README.md").path
    #expect(isCase(error { _ = try InferenceModel(path: "/nowhere/x.plan") }, "file", "/nowhere/x.plan"))
    #expect(isCase(error { _ = try InferenceModel(path: readme) }, "plan", "README.md"))
    #expect(isCase(error { _ = try Image(path: "/nowhere/x.jpg") }, "file", "/nowhere/x.jpg"))
    #expect(isCase(error { _ = try Image(path: readme) }, "image", "README.md"))
    #expect(isCase(error { _ = try Image(encoded: []) }, "image", "empty"))
    #expect(isCase(error { _ = try Image(width: 2, height: 2, pixels: [1]) }, "image", "2 × 2"))
    #expect(isCase(error { _ = try Image(width: .max, height: .max, pixels: []) }, "image", "limit"))
    #expect(isCase(error { _ = try InferenceSession(model, height: 33, width: 32) }, "size", "multiples of 32"))
    #expect(isCase(error { _ = try InferenceSession(model, height: -32, width: 32) }, "size", "multiples of 32"))
    #expect(isCase(error { _ = try InferenceSession(model, height: 1 << 40, width: 1 << 40) }, "size", "mini-c.plan"))
    let tooFew = error { _ = try InferenceSession(model, height: 32, width: 32).run([0]) }
    #expect(isCase(tooFew, "size", "3072 values, not 1"))
    let size = DetectionOptions(input: .fixed(height: 0, width: 0))
    #expect(isCase(error { _ = try ObjectDetector(model, options: size) }, "size", "not legal"))
    let image = try Image(width: 1, height: 1, pixels: [0, 0, 0])
    #expect(isCase(error { try image.writePNG(to: "/nowhere/x.png") }, "file", "/nowhere/x.png"))
  }
}

extension InferenceError {
  fileprivate var kind: String {
    switch self {
    case .file: "file"
    case .plan: "plan"
    case .image: "image"
    case .size: "size"
    case .precision: "precision"
    }
  }
}

/// The program of `Sources/ExampleDetect`, which links the library and nothing else of this package.
@Suite struct ExampleTests {
  @Test func theExampleFindsObjects() throws {
    let file = try SmallPlan()
    let picture = Fixtures.folder.appendingPathComponent("images/street.png").path
    for (words, status, line) in [
      ([file.path, picture, picture], 0, "\(picture): 0 objects"), ([file.path], 2, "usage: "),
      (["/nowhere/x.plan", picture], 1, "/nowhere/x.plan"),
    ] {
      let process = Process()
      process.executableURL = builtExecutable("ExampleDetect")
      process.arguments = words
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == status && output.contains(line), "\(output)")
    }
  }

  /// The names of called functions are in the program's file: `yaml_parser_load` for libyaml, `$s8Compiler…` for our
  /// module.
  @Test func neitherYAMLNorTheCompilerIsLinked() throws {
    let traces = ["libyaml", "yaml_parser_", "$s8Compiler", "$s11ModelSyntax"]
    let example = try Data(contentsOf: builtExecutable("ExampleDetect"))
    let tool = try Data(contentsOf: builtExecutable("gelan"))
    for trace in traces {
      #expect(example.range(of: Data(trace.utf8)) == nil, "\(trace)")
      // The command-line tool has them all, so the search would find them.
      #expect(tool.range(of: Data(trace.utf8)) != nil, "\(trace)")
    }
  }
}
