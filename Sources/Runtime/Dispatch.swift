import Elements
import KernelInterface
import Kernels
import ModelIR

/// A step with everything decided: which kernel, on which memory.
package struct PreparedStep {
  /// The operator and where it comes from.
  package let op: Op
  package let origin: Origin
  /// The kernel that runs it.
  package let kernel: String
  /// The shape of the result at this size, and what its numbers are kept in.
  package let outputShape: [Int]
  package let outputPrecision: ElementType
  /// Two per multiply-accumulate of the operator, however it is computed.
  package let flops: Int
  /// The multiply-accumulates that the kernel does for it, and of numbers in which precision.
  package let multiplications: Int
  package let precision: ElementType
  package let run: () -> Void
}

/// The memory that a session's steps work on.
struct StepOperands {
  let arena: UnsafeMutablePointer<Float>
  /// Buffers that lie elsewhere.
  let direct: [Int: UnsafeMutablePointer<Float>]
  let memory: MemoryPlan
  let scratch: UnsafeMutablePointer<Float>
  let weights: Weights
  let microkernels: Microkernels
  let pool: ThreadPool

  func start(_ view: BufferView) -> UnsafeMutablePointer<Float> {
    direct[view.buffer] ?? arena + memory.offsets[view.buffer]
  }

  /// The first row of predictions that a view shows: they lie one after another.
  func rows(_ view: BufferView, _ geometry: StepGeometry) -> UnsafeMutablePointer<Float> {
    start(view) + view.lower * geometry.shape(view)[1]
  }

  func map(_ view: BufferView, _ geometry: StepGeometry) -> FeatureMap {
    geometry.map(view, at: start(view))
  }
}

/// Chooses a kernel for a step: the one table from operators to kernels.
func prepare(
  _ step: Step, _ geometry: StepGeometry, _ operands: StepOperands
) throws(ModelError) -> PreparedStep {
  let (pool, weights, microkernels) = (operands.pool, operands.weights, operands.microkernels)
  // Predictions are no maps; only an identity may read them.
  let readsMaps = step.inputs.allSatisfy { geometry.plan.type(of: $0).extents != nil }
  let inputs = readsMaps ? step.inputs.map { operands.map($0, geometry) } : []
  let outputShape = geometry.shape(step.output)
  let types = step.inputs.map(geometry.plan.type)
  let multiplyAccumulates = step.op.semantics.multiplyAccumulates(types, output: outputShape)
  var kernelName = step.op.name
  var multiplications = multiplyAccumulates
  var precision = ElementType.fp32
  var output: FeatureMap { operands.map(step.output, geometry) }

  let run: () -> Void
  switch step.op {
  case .conv2D(let op):
    let choice = geometry.convolution(op, step, threads: pool.threads)
    kernelName = choice.kernel.description
    multiplications = choice.convolution.multiplications
    precision = choice.kernel.elementType
    let packed = try weights.packed(choice.kernel, choice.layout, weight: op.weight, bias: op.bias, microkernels, pool)
    var convolutionOperands = ConvolutionOperands(
      inputs: Array(inputs.prefix(op.joinedCount(inputs.count))), weights: packed,
      activation: ActivationFunction(op.activation), output: output)
    switch op.addend {
    case .none: break
    case .before: convolutionOperands.before = inputs.last
    case .after: convolutionOperands.after = inputs.last
    }
    let prepared = convolutionOperands
    // With the layout of the weights, which steps that share them share.
    let convolution = Convolution(
      choice.kernel, choice.geometry, packed.layout, microkernels: microkernels, threads: pool.threads)
    let scratch = operands.scratch
    run = { convolution.run(prepared, scratch: scratch, pool: pool) }
  case .channelAffine(let op):
    let (scale, shift, output) = (op.scale.map { weights[$0] }, op.shift.map { weights[$0] }, output)
    run = { channelAffine(inputs[0], scale: scale, shift: shift, to: output, microkernels: microkernels, pool: pool) }
  case .activate(let op):
    let (activation, output) = (ActivationFunction(op.activation), output)
    run = { activate(inputs[0], activation, to: output, microkernels: microkernels, pool: pool) }
  case .add:
    let output = output
    run = { add(inputs, to: output, microkernels: microkernels, pool: pool) }
  case .maxPool(let op):
    let (pooling, output) = (geometry.pooling(step, kernel: op.kernel, stride: op.stride, padding: op.padding), output)
    run = { Kernels.pool(.maximum, inputs[0], pooling, to: output, microkernels: microkernels, pool: pool) }
  case .averagePool(let op):
    let (pooling, output) = (geometry.pooling(step, kernel: op.kernel, stride: op.stride, padding: op.padding), output)
    run = { Kernels.pool(.average, inputs[0], pooling, to: output, microkernels: microkernels, pool: pool) }
  case .upsample(let op):
    let output = output
    run = { upsampleNearest(inputs[0], scale: op.scale, to: output, pool: pool) }
  case .resizeNearest:
    let output = output
    run = { resizeNearest(inputs[0], to: output, pool: pool) }
  case .zeroPad(let op):
    let output = output
    run = { zeroPad(inputs[0], left: op.left, top: op.top, to: output, pool: pool) }
  case .spaceToDepth(let op):
    let (order, output): (BlockOrder, FeatureMap) = (op.order == .rows ? .rowsFirst : .columnsFirst, output)
    run = { spaceToDepth(inputs[0], block: op.block, order: order, to: output, pool: pool) }
  case .depthToSpace(let op):
    let output = output
    run = { depthToSpace(inputs[0], block: op.block, to: output, pool: pool) }
  case .identity:
    kernelName = "copy"
    if readsMaps {
      let output = output
      run = { copy(inputs[0], to: output, pool: pool) }
    } else {
      let (source, target) = (operands.rows(step.inputs[0], geometry), operands.rows(step.output, geometry))
      run = { target.update(from: source, count: outputShape.reduce(1, *)) }
    }
  case .decodeDetections(let op):
    let projection = weights[op.projection]
    let (strides, start) = (op.strides.map { Float($0) }, operands.rows(step.output, geometry))
    run = {
      decodeDetections(
        levels: inputs, strides: strides, bins: op.bins, classes: op.classes, projection: projection, output: start,
        microkernels: microkernels, pool: pool)
    }
  case .input, .batchNorm, .concat, .slice:
    preconditionFailure("\(step.op.name) has no place in a plan.")
  }
  return PreparedStep(
    op: step.op, origin: step.origin, kernel: kernelName, outputShape: outputShape,
    outputPrecision: geometry.precision(of: step.output), flops: saturatingProduct(2, multiplyAccumulates),
    multiplications: multiplications, precision: precision, run: run)
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
