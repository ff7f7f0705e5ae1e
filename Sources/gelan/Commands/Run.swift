import Compiler
import ModelIR
import Runtime
import Tensors

extension Command {
  static let run = Command(
    name: "run", summary: "run a plan on tensors", operands: "PLAN", operandCount: 1...1,
    options: [
      Option("--inputs", value: "FILE", help: "safetensors with 'images': fp32, N x 3 x H x W, RGB from 0 to 1"),
      Option("--outputs", value: "FILE", help: "where to write 'output0': N x (4 + classes) x anchors"),
      .threads, .kernels, .precision,
    ],
    details: """
      N is any number, and H and W any legal size of the plan: a plan is not tied to the size it was compiled with. Images
      run one after another, each with all threads.

      Each column of output0 is one prediction: centre x, centre y, width and height in pixels of the input, then one
      probability per class.

      example: gelan run gelan-c.plan --inputs images.safetensors --outputs boxes.safetensors
      """
  ) { arguments in
    guard let inputs = arguments.string("--inputs"), let outputs = arguments.string("--outputs") else {
      throw CommandFailure.usage("--inputs FILE and --outputs FILE are needed")
    }
    let instructions = try arguments.instructions()
    let precision = try arguments.precision(instructions)
    try refuse("--outputs", outputs, toReplace: [arguments.operands[0], inputs])
    let model = try openPlan(arguments.operands[0])
    let file = try openTensorFile(inputs)
    let channels = model.plan.input.view.upper - model.plan.input.view.lower
    guard let entry = file["images"] else {
      throw CommandFailure.message("\(inputs): there is no tensor 'images' in this file")
    }
    guard entry.shape.count == 4, entry.shape[1] == channels, entry.shape.allSatisfy({ $0 > 0 }) else {
      throw CommandFailure.message(
        "\(inputs): 'images' has shape \(entry.shape), and the plan needs [N, \(channels), H, W]")
    }
    let (batch, height, width) = (entry.shape[0], entry.shape[2], entry.shape[3])
    let session = try openSession(
      model, InputSize(height: height, width: width), threads: try arguments.threads(), instructions: instructions,
      precision: precision.base)
    let counts = model.plan.outputs.indices.map { session.output($0).count }
    let (bytes, overflow) = counts.reduce(0, +).multipliedReportingOverflow(by: batch * MemoryLayout<Float>.stride)
    guard !overflow, bytes < Machine.memoryBytes / 2 else {
      throw CommandFailure.message("\(inputs): the results of \(batch) images do not fit in this machine's memory")
    }
    var results = counts.map { count in
      var values: [Float] = []
      values.reserveCapacity(count * batch)
      return values
    }
    let size = session.input.count
    do throws(TensorFileError) {
      try file.withFloats("images") { images in
        for image in 0..<batch {
          if batch > 1 { Terminal.progress("image \(image + 1) of \(batch)") }
          _ = session.input.update(from: images[image * size..<(image + 1) * size])
          session.run()
          for index in results.indices { results[index] += session.output(index) }
        }
      }
    } catch {
      throw CommandFailure(error)
    }
    Terminal.progress("")
    let tensors = model.plan.outputs.enumerated().map { index, output in
      (name: output.name, tensor: Tensor(shape: [batch] + session.outputShape(index), values: results[index]))
    }
    do throws(TensorFileError) {
      try writeTensorFile(path: outputs, tensors: tensors)
    } catch {
      throw CommandFailure(error)
    }
    for (name, tensor) in tensors {
      Terminal.note("\(name): \(tensor.shape.map(String.init).joined(separator: " x ")) in \(outputs)")
    }
  }
}
