import Kernels
import ModelIR

/// A step with everything decided: which kernel, on which memory.
package struct PreparedStep {
  /// The operator and where it comes from.
  package let op: Op
  package let origin: Origin
  /// The kernel that runs it.
  package let kernel: String
  /// The shape of the result at this size.
  package let outputShape: [Int]
  /// Two per multiply-accumulate.
  package let flops: Int
  package let run: () -> Void
}

/// The sizes of a plan's steps at one input size.
struct StepGeometry {
  let plan: Plan
  let height: Int
  let width: Int

  func shape(_ view: BufferView) -> [Int] {
    guard let shape = plan.type(of: view).shape(height: height, width: width) else {
      preconditionFailure("The memory plan exists, so every buffer has a size.")
    }
    return shape
  }

  func map(_ view: BufferView) -> MapShape {
    let shape = shape(view)
    return MapShape(channels: shape[0], height: shape[1], width: shape[2])
  }

  func convolution(_ op: Conv2D, _ step: Step) -> ConvolutionGeometry {
    ConvolutionGeometry(
      input: map(step.inputs[0]), outputChannels: op.outputChannels, kernelHeight: op.kernel, kernelWidth: op.kernel,
      stride: op.stride, verticalPadding: op.padding, horizontalPadding: op.padding, dilation: op.dilation,
      groups: op.groups)
  }

  /// The floats of scratch memory that the greediest step wants.
  func scratchCount(threads: Int) -> Int {
    plan.steps.map { step in
      guard case .conv2D(let op) = step.op else { return 0 }
      let geometry = convolution(op, step)
      return convolutionScratchCount(.best(for: geometry), geometry, threads: threads)
    }.max() ?? 0
  }
}

/// The memory that a session's steps work on.
struct StepOperands {
  let arena: UnsafeMutablePointer<Float>
  let memory: MemoryPlan
  let scratch: UnsafeMutablePointer<Float>
  let weights: Weights
  let pool: ThreadPool

  func pointer(_ view: BufferView, _ geometry: StepGeometry) -> UnsafeMutablePointer<Float> {
    let plane = geometry.shape(view).dropFirst().reduce(1, *)
    return arena + memory.offsets[view.buffer] + view.lower * plane
  }
}

/// Chooses a kernel for a step: the one table from operators to kernels.
func prepare(_ step: Step, _ geometry: StepGeometry, _ operands: StepOperands) -> PreparedStep {
  let (pool, weights) = (operands.pool, operands.weights)
  let inputs = step.inputs.map { UnsafePointer(operands.pointer($0, geometry)) }
  let output = operands.pointer(step.output, geometry)
  let outputShape = geometry.shape(step.output)
  let count = outputShape.reduce(1, *)
  let types = step.inputs.map(geometry.plan.type)
  var kernelName = step.op.name

  let run: () -> Void
  switch step.op {
  case .conv2D(let op):
    let convolutionGeometry = geometry.convolution(op, step)
    let kernel = ConvolutionKernel.best(for: convolutionGeometry)
    kernelName = kernel.rawValue
    let weight = weights[op.weight]
    let bias = op.bias.map { weights[$0] }
    let (activation, scratch) = (ActivationFunction(op.activation), operands.scratch)
    run = {
      convolution(
        kernel, convolutionGeometry, input: inputs[0], weight: weight, bias: bias, activation: activation,
        output: output,
        scratch: scratch, pool: pool)
    }
  case .channelAffine(let op):
    let shape = geometry.map(step.output)
    let (scale, shift) = (op.scale.map { weights[$0] }, op.shift.map { weights[$0] })
    run = { channelAffine(input: inputs[0], shape: shape, scale: scale, shift: shift, output: output, pool: pool) }
  case .activate(let op):
    let activation = ActivationFunction(op.activation)
    run = { activate(input: inputs[0], count: count, activation: activation, output: output, pool: pool) }
  case .add:
    run = { add(inputs: inputs, count: count, output: output, pool: pool) }
  case .maxPool(let op):
    let pooling = PoolingGeometry(
      input: geometry.map(step.inputs[0]), kernel: op.kernel, stride: op.stride, padding: op.padding)
    run = { maxPool(input: inputs[0], geometry: pooling, output: output, pool: pool) }
  case .averagePool(let op):
    let pooling = PoolingGeometry(
      input: geometry.map(step.inputs[0]), kernel: op.kernel, stride: op.stride, padding: op.padding)
    run = { averagePool(input: inputs[0], geometry: pooling, output: output, pool: pool) }
  case .upsample(let op):
    let shape = geometry.map(step.inputs[0])
    run = { upsampleNearest(input: inputs[0], shape: shape, scale: op.scale, output: output, pool: pool) }
  case .resizeNearest:
    let shape = geometry.map(step.inputs[0])
    run = {
      resizeNearest(
        input: inputs[0], shape: shape, outputHeight: outputShape[1], outputWidth: outputShape[2], output: output,
        pool: pool)
    }
  case .zeroPad(let op):
    let shape = geometry.map(step.inputs[0])
    run = {
      zeroPad(
        input: inputs[0], shape: shape, left: op.left, right: op.right, top: op.top, bottom: op.bottom, output: output,
        pool: pool)
    }
  case .spaceToDepth(let op):
    let shape = geometry.map(step.inputs[0])
    let order: BlockOrder = op.order == .rows ? .rowsFirst : .columnsFirst
    run = { spaceToDepth(input: inputs[0], shape: shape, block: op.block, order: order, output: output, pool: pool) }
  case .depthToSpace(let op):
    let shape = geometry.map(step.inputs[0])
    run = { depthToSpace(input: inputs[0], shape: shape, block: op.block, output: output, pool: pool) }
  case .identity:
    kernelName = "copy"
    run = { copy(input: inputs[0], count: count, output: output, pool: pool) }
  case .decodeDetections(let op):
    let projection = weights[op.projection]
    let levels = zip(step.inputs, op.strides).enumerated().map { index, level in
      let shape = geometry.shape(level.0)
      return DetectionLevel(
        map: inputs[index], height: shape[1], width: shape[2], strideY: Float(level.1), strideX: Float(level.1))
    }
    run = {
      decodeDetections(
        levels: levels, bins: op.bins, classes: op.classes, projection: projection, output: output, pool: pool)
    }
  case .input, .batchNorm, .concat, .slice:
    preconditionFailure("\(step.op.name) has no place in a plan.")
  }
  return PreparedStep(
    op: step.op, origin: step.origin, kernel: kernelName, outputShape: outputShape,
    flops: saturatingProduct(2, step.op.semantics.multiplyAccumulates(types, output: outputShape)), run: run)
}

extension ActivationFunction {
  init(_ activation: Activation) {
    switch activation {
    case .identity: self = .identity
    case .silu: self = .silu
    case .relu: self = .relu
    case .relu6: self = .relu6
    case .leakyReLU(let slope): self = .leakyReLU(slope: Float(slope))
    case .elu(let alpha): self = .elu(alpha: Float(alpha))
    case .gelu: self = .gelu
    case .mish: self = .mish
    case .hardswish: self = .hardswish
    case .hardsigmoid: self = .hardsigmoid
    case .sigmoid: self = .sigmoid
    case .tanh: self = .tanh
    }
  }
}
