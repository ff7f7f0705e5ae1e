import Files
import GelanRuntime
import Glibc

extension Command {
  static let detect = Command(
    name: "detect", summary: "find objects in pictures", operands: "PLAN INPUT...", operandCount: 2...10_000_000,
    options: [
      Option("--conf", value: "P", help: "the least class probability; 0.25 by default"),
      Option("--iou", value: "P", help: "boxes of one class that overlap more are one object; 0.45 by default"),
      Option("--max-detections", value: "N", help: "at most this many objects in a picture; 300 by default"),
      Option("--square", help: "pad every picture to the plan's own size"),
      Option("--input", value: "N|HxW", help: "pad every picture to this size in pixels, height first"),
      Option("--format", value: "text|jsonl|coco|yolo", help: "how to write what was found; text by default"),
      Option("--json", help: "the same as --format jsonl"),
      Option(
        "-o", "--output", value: "FILE", help: "write there; for yolo, the folder for a text file of each picture"),
      Option("--resume", help: "go on with an output of the same plan and options: skip its pictures"),
      Option("--save", value: "DIR", help: "write each picture with its boxes drawn, as PNG"),
      Option("--shard", value: "K/N", help: "do only part K of N equal parts of the pictures; K counts from 1"),
      .threads, .kernels, .precision,
    ],
    details: """
      An INPUT is a JPEG or PNG picture; a folder, for the pictures in it and below it; a pattern in quotes such as
      'day*/*.jpg'; or - for a list of paths on standard input, one on a line or as 'find -print0' writes them. In folders
      and patterns only \(PictureList.extensionList) files count, hidden ones do not. The order is that of the call, and
      of the names' bytes in folders and patterns. Boxes are in pixels of the picture: left, top, right, bottom. A picture
      that cannot be read is reported, the others are still done, and the exit status is 3.

      Each picture is scaled to fit the plan's input and padded with grey to the least size that the network can take, as
      the official code does for single pictures. Several pictures are in flight at once; results come in order.

        text   for people
        jsonl  a JSON object on a line for each picture, whole lines as they come; files of several calls can be joined
        coco   an array of COCO results: image_id is the file's name without its extension, as a number where it is one;
               category_id is the index of the class, counted from 0; the file appears when all is done
        yolo   a text file for each picture: class, centre x and y, width, height (0 to 1), confidence

      --shard is for several machines that are given the same inputs: the parts are disjoint and make up the whole. Put
      their jsonl files together with cat; a part whose machine was lost is done again, or continued with --resume.

      examples: gelan detect gelan-c.plan street.jpg --save out
                gelan detect gelan-c.plan photos --format jsonl -o photos.jsonl --resume
                find . -name '*.png' | gelan detect gelan-c.plan - --shard 3/8 --format jsonl -o part-3.jsonl
      """
  ) { arguments in
    let options = try arguments.detectionOptions()
    let threads = try arguments.threads()
    let output = try arguments.resultOutput()
    let shard = try arguments.shard()
    let model: InferenceModel
    do throws(InferenceError) {
      model = try InferenceModel(path: arguments.operands[0])
      // Faults of the plan and of the size are told before anything is written.
      _ = try ObjectDetector(model, options: options)
    } catch {
      guard case .plan(let description) = error else { throw CommandFailure(error) }
      throw CommandFailure(openingPlan: arguments.operands[0], description, isFileError: false)
    }

    let list = try PictureList(arguments.operands.dropFirst()) { () throws(CommandFailure) in
      do throws(FileError) {
        return try readFile(path: "/dev/stdin", limit: 1 << 32)
      } catch {
        throw .file(error.description)
      }
    }
    for fault in list.faults { Terminal.note("gelan: \(fault)") }
    guard !list.paths.isEmpty else { throw CommandFailure.file("there are no pictures to look at") }
    if let file = output.file { try refuse("-o", file, toReplace: [arguments.operands[0]] + list.paths) }

    let saveFolder = arguments.string("--save")
    for folder in [saveFolder, output.folder].compactMap(\.self) { try makeWritableFolder(folder) }
    let drawings = saveFolder.map { OutputNames(for: list.paths, in: $0, suffix: ".png") }
    let labels = output.folder.map { OutputNames(for: list.paths, in: $0, suffix: ".txt") }
    let part = list.paths.indices.filter(shard.contains).map { index in
      DetectionRun.Picture(path: list.paths[index], drawing: drawings?[index], labels: labels?[index])
    }

    Interruption.watch()
    var count = 0
    let outcome: DetectionRun.Outcome
    do throws(FileError) {
      outcome = try output.destination.write(output.format) { present in
        let pictures = output.resumes ? part.without(present) : part
        count = pictures.count
        if count < part.count { Terminal.note("\(part.count - count) of \(part.count) pictures are done already") }
        return DetectionRun(model: model, options: options, threads: threads, pictures: pictures)
      }
    } catch {
      throw CommandFailure.file(error.description)
    }
    if let failure = outcome.failure { throw failure }
    if outcome.lostReader { return }
    if Interruption.isWanted, outcome.done + outcome.failed < count {
      Terminal.note("gelan: interrupted; \(outcome.done) of \(count) pictures are done, and their results are kept")
      Interruption.obey()
    }
    if outcome.failed > 0 { throw CommandFailure.file("\(outcome.failed) of \(count) pictures failed") }
    if !list.faults.isEmpty { throw CommandFailure.file("not every input has pictures") }
  }
}

/// How and where `detect` was told to write.
private struct ResultOutput {
  let format: ResultFormat
  let path: String?
  let resumes: Bool

  var destination: ResultDestination {
    guard let path else { return .standardOutput }
    switch format {
    case .text, .jsonl: return .lines(path: path, continues: resumes)
    case .coco: return .whole(path: path)
    case .yolo: return .folder
    }
  }

  /// The folder for a file of each picture.
  var folder: String? { format == .yolo ? path : nil }

  /// The file for all pictures.
  var file: String? { format == .yolo ? nil : path }
}

extension Arguments {
  fileprivate func detectionOptions() throws(CommandFailure) -> DetectionOptions {
    var options = DetectionOptions(
      confidence: Float(try fraction("--conf") ?? 0.25), overlap: try fraction("--iou") ?? 0.45,
      maximumDetections: try integer("--max-detections", in: 1...1_000_000) ?? 300)
    if isSet("--square") { options.input = .square }
    if let size = try inputSize() {
      guard !isSet("--square") else { throw .usage("--square and --input exclude each other") }
      options.input = .fixed(height: size.height, width: size.width)
    }
    options.instructions = try instructions()
    options.precision = try precision(options.instructions)
    return options
  }

  fileprivate func resultOutput() throws(CommandFailure) -> ResultOutput {
    let chosen = try choice("--format").flatMap(ResultFormat.init)
    if isSet("--json"), let chosen, chosen != .jsonl { throw .usage("--json is --format jsonl; give one of them") }
    let format = isSet("--json") ? .jsonl : chosen ?? .text
    let path = string("-o")
    if format == .yolo, path == nil { throw .usage("--format yolo writes a file for each picture: give -o DIR") }
    if isSet("--resume"), path == nil || ![.jsonl, .yolo].contains(format) {
      throw .usage("--resume goes on with -o FILE of --format jsonl or with -o DIR of --format yolo")
    }
    return ResultOutput(format: format, path: path, resumes: isSet("--resume"))
  }

  fileprivate func shard() throws(CommandFailure) -> Shard {
    guard let text = string("--shard") else { return .whole }
    guard let shard = Shard(text) else {
      throw .usage("--shard is a part and the number of parts, such as 3/8, not '\(text)'")
    }
    return shard
  }
}

extension [DetectionRun.Picture] {
  /// The pictures whose results are not there yet.
  ///
  /// - Parameter present: how often each path is in the output.
  fileprivate func without(_ present: [String: Int]) -> [DetectionRun.Picture] {
    var present = present
    return filter { picture in
      if let labels = picture.labels { return FileKind(labels) != .file }
      guard let count = present[picture.path], count > 0 else { return true }
      present[picture.path] = count - 1
      return false
    }
  }
}

/// Makes a folder that files can be put into.
private func makeWritableFolder(_ path: String) throws(CommandFailure) {
  try makeOutputFolder(path)
  guard access(path, W_OK | X_OK) == 0 else {
    throw .file("cannot write to the folder '\(path)': \(String(cString: strerror(errno)))")
  }
}
