import Elements
import KernelInterface
import Kernels
import ModelIR

/// The sizes of a plan's steps at one input size.
struct StepGeometry {
  let plan: Plan
  let height: Int
  let width: Int
  let precision: ElementType
  let microkernels: Microkernels
  /// The maps that are kept in bf16.
  private(set) var rounded: Set<Int> = []

  init(plan: Plan, height: Int, width: Int, precision: ElementType, microkernels: Microkernels) {
    self.plan = plan
    self.height = height
    self.width = width
    self.precision = precision
    self.microkernels = microkernels
    if precision == .bf16 { rounded = mapsInBF16() }
  }

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

  /// A view's map, once it is known where the buffer lies.
  func map(_ view: BufferView, at start: UnsafeMutableRawPointer) -> FeatureMap {
    let shape = map(view)
    return FeatureMap(
      start: start,
      shape: MapShape(channels: plan.buffers[view.buffer].channels, height: shape.height, width: shape.width),
      pixelStride: pixelStride(view), elementType: precision(of: view)
    ).channels(view.lower..<view.upper)
  }

  /// What a view's map is kept in.
  func precision(of view: BufferView) -> ElementType { rounded.contains(view.buffer) ? .bf16 : .fp32 }

  /// The bytes from one pixel of a view to the next.
  private func pixelStride(_ view: BufferView) -> Int {
    4 * MemoryPlan.stride(of: plan.buffers[view.buffer], isHalved: rounded.contains(view.buffer))
  }

  /// Whether a view shows whole pixels with nothing between them.
  private func isDense(_ view: BufferView) -> Bool {
    pixelStride(view) == (view.upper - view.lower) * precision(of: view).byteCount
  }

  func pooling(_ step: Step, kernel: Int, stride: Int, padding: Int) -> PoolingGeometry {
    PoolingGeometry(input: map(step.inputs[0]), kernel: kernel, stride: stride, padding: padding)
  }

  /// The convolution that a step is, and how it is computed.
  func convolution(_ op: Conv2D, _ step: Step, threads: Int) -> ConvolutionChoice {
    let (kernel, geometry, joined) = kernel(op, step)
    let layout = GEMMLayout(
      geometry, kernel, inputs: joined,
      elementTypes: step.inputs.prefix(joined.count).map(precision(of:)), isDense: isDense(step.inputs[0]))
    return ConvolutionChoice(
      kernel: kernel, geometry: geometry, layout: layout,
      convolution: Convolution(kernel, geometry, layout, microkernels: microkernels, threads: threads))
  }

  /// The kernel of a convolution, and the channels of the maps that it joins.
  func kernel(_ op: Conv2D, _ step: Step) -> (ConvolutionKernel, ConvolutionGeometry, joined: [Int]) {
    let joined = step.inputs.prefix(op.joinedCount(step.inputs.count)).map(map)
    let geometry = ConvolutionGeometry(
      input: MapShape(
        channels: joined.reduce(0) { $0 + $1.channels }, height: joined[0].height, width: joined[0].width),
      outputChannels: op.outputChannels, kernelHeight: op.kernel, kernelWidth: op.kernel, stride: op.stride,
      verticalPadding: op.padding, horizontalPadding: op.padding, dilation: op.dilation, groups: op.groups)
    let kernel = ConvolutionKernel.best(
      for: geometry, hasSeparateAddPipe: microkernels.hasSeparateAddPipe, operands: precision)
    return (kernel, geometry, joined.map(\.channels))
  }

  /// The bytes of scratch memory that the greediest step wants.
  func scratchByteCount(threads: Int) -> Int {
    plan.steps.map { step in
      guard case .conv2D(let op) = step.op else { return 0 }
      return convolution(op, step, threads: threads).convolution.scratchByteCount
    }.max() ?? 0
  }
}

/// How a convolution is computed at one size.
struct ConvolutionChoice {
  let kernel: ConvolutionKernel
  let geometry: ConvolutionGeometry
  let layout: GEMMLayout
  let convolution: Convolution
}
