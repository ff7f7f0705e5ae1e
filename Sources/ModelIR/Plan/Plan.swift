/// What the runtime executes: steps over buffers, in order. Only the input size and the kernels are still open.
///
/// A plan is not tied to an input size: buffers have the exact sizes of `TensorType`, and a session asks for them in
/// pixels. Nor is it tied to a machine: which kernel runs a step is the session's choice.
///
/// **Invariant:** every buffer's channels are written once, before they are read; `verify` checks it for plans from files.
package struct Plan: Sendable, Hashable {
  /// The version of the plan's text form. Version 1 had no output contracts.
  package static let version = 2
  /// A plan has at least one output and at most this many.
  static let maximumOutputs = 64

  package var name: String
  package var classNames: [String]
  package var input: InputContract
  package var buffers: [TensorType]
  package var steps: [Step]
  package var outputs: [OutputContract]

  package init(
    name: String, classNames: [String], input: InputContract, buffers: [TensorType], steps: [Step],
    outputs: [OutputContract]
  ) {
    self.name = name
    self.classNames = classNames
    self.input = input
    self.buffers = buffers
    self.steps = steps
    self.outputs = outputs
  }
}

/// What the input of a plan is: one RGB image as (channels, height, width), values from 0 to 1.
package struct InputContract: Sendable, Hashable {
  package var view: BufferView
  /// Legal heights and widths are the positive multiples of these.
  package var heightMultiple: Int
  package var widthMultiple: Int
  /// The default size, in pixels.
  package var height: Int
  package var width: Int

  /// The channels of the image.
  package var channels: Int { view.upper - view.lower }

  package init(view: BufferView, heightMultiple: Int, widthMultiple: Int, height: Int, width: Int) {
    self.view = view
    self.heightMultiple = heightMultiple
    self.widthMultiple = widthMultiple
    self.height = height
    self.width = width
  }
}

/// Neighbouring channels of a buffer.
package struct BufferView: Sendable, Hashable {
  package var buffer: Int
  /// The first channel.
  package var lower: Int
  /// The channel after the last.
  package var upper: Int

  package init(buffer: Int, lower: Int, upper: Int) {
    self.buffer = buffer
    self.lower = lower
    self.upper = upper
  }

  package func overlaps(_ other: BufferView) -> Bool {
    buffer == other.buffer && lower < other.upper && other.lower < upper
  }
}

/// An operator applied to buffers. An identity copies.
package struct Step: Sendable, Hashable {
  package var op: Op
  package var inputs: [BufferView]
  package var output: BufferView
  package var origin: Origin

  package init(op: Op, inputs: [BufferView], output: BufferView, origin: Origin) {
    self.op = op
    self.inputs = inputs
    self.output = output
    self.origin = origin
  }
}

extension Plan {
  /// The type of what a view shows.
  package func type(of view: BufferView) -> TensorType {
    buffers[view.buffer].withChannels(view.upper - view.lower)
  }

  /// The weights that the steps read, in order.
  package var parameters: [ParameterUse] {
    steps.flatMap { step in step.op.semantics.parameters(step.inputs.map(type)) }
  }
}
