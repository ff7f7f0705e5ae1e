import ModelIR

/// Makes an ONNX model of a plan.
///
/// The input is `images`, the outputs have the plan's names; with suppression the first one is (batch, detections, 6):
/// left, top, right and bottom in pixels of the input, class probability, class, from the most probable object to the
/// least, then rows of zeros.
///
/// - Parameters:
///   - producerVersion: The version of the program that writes the file.
///   - metadata: More lines for the model's metadata.
/// - Throws: when the plan is not what `Plan.verify` accepts, does not fit the options, or gives more than 2 GiB.
package func exportPlan(
  _ plan: Plan, options: ONNXOptions, producerVersion: String, metadata: [ONNXMetadata] = []
) throws(ONNXExportError) -> ONNXModel {
  do {
    try plan.verify()
  } catch {
    throw ONNXExportError("the plan cannot be exported: \(error.message)")
  }
  guard ONNXModel.opsets.contains(options.opset) else {
    throw ONNXExportError("opset \(options.opset) is not one of \(ONNXModel.opsets)")
  }
  let graph = try graph(of: plan, options)
  let model = ONNXModel(
    opset: options.opset, producerVersion: producerVersion, graph: graph,
    metadata: modelMetadata(plan, options, producerVersion: producerVersion) + metadata)
  let bytes = model.message.byteCount
  guard bytes <= ProtobufMessage.sizeLimit else { throw .tooLarge(bytes) }
  return model
}

/// The name of the model's input.
let inputName = "images"

private func graph(of plan: Plan, _ options: ONNXOptions) throws(ONNXExportError) -> ONNXGraph {
  let shapes = ExportedShapes(plan: plan, options: options)
  try shapes.checkSize()
  let names = plan.outputs.map(\.name)
  guard !names.contains("") && !names.contains(inputName) else {
    throw ONNXExportError("the plan has an output without a name of its own")
  }
  var assembly = GraphAssembly(name: plan.name, reserved: names + [inputName])
  var channels = ChannelValues(bufferCount: plan.buffers.count)
  assembly.addInput(inputName, shapes.dimensions(plan.input.view))
  channels.write(plan.input.view, inputName)

  var outputs = plan.outputs
  let suppressed = options.suppression == nil ? nil : outputs.removeFirst()
  var named: [String: BufferView] = [:]
  for step in plan.steps {
    guard assembly.operandCount + channels.partCount <= partLimit else {
      throw ONNXExportError("the plan has more values than any network")
    }
    if case .identity = step.op {
      channels.write(step.output, channels.parts(step.inputs[0]))
      continue
    }
    let inputs = step.inputs.map { channels.read($0, scope: step.origin.scope, in: &assembly) }
    let nodeCount = assembly.graph.nodes.count
    var value = try assembly.add(step, inputs, shapes)
    if assembly.graph.nodes.count > nodeCount {
      if let output = outputs.first(where: { $0.view == step.output && named[$0.name] == nil }) {
        assembly.renameLastResult(output.name)
        value = output.name
        named[value] = output.view
      } else {
        assembly.describe(value, shapes.dimensions(step.output))
      }
    }
    channels.write(step.output, value)
  }
  if let suppressed, let suppression = options.suppression {
    let predictions = channels.read(suppressed.view, scope: suppressed.name, in: &assembly)
    try assembly.addSuppression(of: predictions, suppressed, suppression, plan, shapes)
  }
  for output in outputs {
    let value = channels.read(output.view, scope: output.name, in: &assembly)
    assembly.addOutput(output.name, value, shapes.dimensions(output.view))
  }
  return assembly.graph
}

/// A bound for hostile plans, whose concats and copies can share parts without end.
private let partLimit = 1 << 22
