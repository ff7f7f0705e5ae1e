import Diagnostics
import GelanCompiler
import ModelIR
import ONNX
import Runtime
import Tensors

extension Command {
  static let export = Command(
    name: "export", summary: "write a plan in another engine's format", operands: "FORMAT PLAN", operandCount: 2...2,
    options: [
      Option("-o", "--output", value: "FILE", help: "the file to write"),
      .input,
      Option("--batch", value: "N", help: "images in one run; 1 by default"),
      Option("--dynamic-batch", help: "let each run choose its number of images"),
      Option("--dynamic-size", help: "let each run choose its height and width, multiples of what the plan says"),
      Option("--nms", help: "select the objects in the model, too: output0 is N x detections x 6"),
      Option("--conf", value: "P", help: "with --nms: the least class probability; 0.25 by default"),
      Option("--iou", value: "P", help: "with --nms: boxes of one class that overlap more are one; 0.45 by default"),
      Option("--max-detections", value: "N", help: "with --nms: at most so many objects an image; 300 by default"),
      Option("--opset", value: "N", help: "version of ONNX's operators, 17 to 22; 17 by default"),
    ],
    details: """
      FORMAT is onnx, which onnxruntime, OpenVINO, TensorRT and most others read. The model's input is 'images', N x 3 x
      H x W, RGB from 0 to 1, and its output 'output0', N x (4 + classes) x anchors: centre x, centre y, width and height
      in pixels of the input, then one probability per class. With --nms, output0 has rows of left, top, right, bottom,
      probability and class, the most probable first, and rows of zeros after the last. Class names, stride and size
      are in the metadata as in the files of Ultralytics, so programs made for those take these. Weights are fp32, and a
      file has at most 2 GiB.

      example: gelan export onnx gelan-c.plan -o gelan-c.onnx --dynamic-batch --dynamic-size
      """
  ) { arguments in
    let format = arguments.operands[0]
    guard format == "onnx" else {
      let hint = didYouMean(format, among: ["onnx"]).first.map { "; \($0)" } ?? ""
      throw CommandFailure.usage("the format is onnx, not '\(format)'\(hint)")
    }
    guard let output = arguments.string("-o") else { throw CommandFailure.usage("-o FILE is missing") }
    let path = arguments.operands[1]
    try refuse("-o", output, toReplace: [path])
    let batch = try arguments.exportedBatch()
    let size = try arguments.exportedSize()
    let suppression = try arguments.exportedSuppression()
    let opset =
      try arguments.integer(
        "--opset", in: ONNXModel.opsets.lowerBound...(ONNXModel.opsets.upperBound)) ?? ONNXModel.defaultOpset

    let plan = try openPlan(path).plan
    let file = try openTensorFile(path)
    let options = ONNXOptions(
      opset: opset, batch: batch, size: size ?? .fixed(height: plan.input.height, width: plan.input.width),
      suppression: suppression)
    let model: ONNXModel
    do throws(ONNXExportError) {
      model = try exportPlan(plan, options: options, producerVersion: compilerVersion, metadata: origin(of: file))
      try model.write(path: output, weights: file)
    } catch {
      throw error.isFileError ? CommandFailure.file(error.description) : .message("\(path): \(error.description)")
    }
    for (name, shape) in model.interface { Terminal.print("\(name): \(shape)") }
    Terminal.print("wrote \(output): \(model.nodeCount) nodes, opset \(opset)")
  }

  /// What the plan file says of where it comes from.
  private static func origin(of file: TensorFile) -> [ONNXMetadata] {
    [PlanFile.Key.compiler, PlanFile.Key.source, PlanFile.Key.arguments, PlanFile.Key.weights].compactMap { key in
      file.metadata[key].map { ONNXMetadata(key, $0) }
    }
  }
}

extension Arguments {
  fileprivate func exportedBatch() throws(CommandFailure) -> ONNXOptions.Batch {
    let count = try integer("--batch", in: 1...65536)
    guard isSet("--dynamic-batch") else { return .fixed(count ?? 1) }
    guard count == nil else { throw .usage("--batch and --dynamic-batch exclude each other") }
    return .dynamic
  }

  /// Nothing for the plan's own size.
  fileprivate func exportedSize() throws(CommandFailure) -> ONNXOptions.Size? {
    let size = try inputSize()
    guard isSet("--dynamic-size") else { return size.map { .fixed(height: $0.height, width: $0.width) } }
    guard size == nil else { throw .usage("--input and --dynamic-size exclude each other") }
    return .dynamic
  }

  fileprivate func exportedSuppression() throws(CommandFailure) -> ONNXOptions.Suppression? {
    let confidence = try fraction("--conf")
    let iou = try fraction("--iou")
    let detections = try integer("--max-detections", in: 1...1_000_000)
    guard isSet("--nms") else {
      for option in ["--conf", "--iou", "--max-detections"] where isSet(option) {
        throw .usage("\(option) needs --nms")
      }
      return nil
    }
    return ONNXOptions.Suppression(
      confidence: Float(confidence ?? 0.25), iou: iou ?? 0.45, maximumDetections: detections ?? 300)
  }
}
