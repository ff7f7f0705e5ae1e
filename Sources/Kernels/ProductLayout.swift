import Elements
import KernelInterface

/// How the inputs of a convolution meet its kernel: in which order the depth of the product goes through taps, inputs and
/// channels. Weights are packed in the same order.
package struct GEMMLayout: Hashable, Sendable {
  /// One stretch of neighbouring numbers of an input pixel, or of the pixels of one kernel row.
  struct Segment: Hashable, Sendable {
    let tapY: Int
    /// The tap, or the first of a row of taps.
    let tapX: Int
    let input: Int
    /// The first channel within the group, of this input.
    let channel: Int
    /// The numbers.
    let count: Int
    /// The first block of the panel.
    let block: Int
    /// The first channel among those of an output channel's weights.
    let weightChannel: Int
  }

  let kernelHeight: Int
  let kernelWidth: Int
  let groups: Int
  let outputChannels: Int
  /// The channels of each input, joined.
  let inputs: [Int]
  /// For Winograd's forms, what each input holds: they take the channels of one in bf16 in another order.
  let elementTypes: [ElementType]
  /// Whether a segment is a whole row of taps: neighbouring pixels of so few channels that one of them fills a vector at
  /// most, with nothing between them.
  let joinsTaps: Bool
  /// The segments of the first tap, or of the first row of taps; those of the others are the same, further on.
  private let pieces: [Segment]
  /// How many numbers a place of the depth holds.
  let dotLength: Int
  /// For each block of sixteen places, how many are used; empty for a kernel that multiplies no matrices.
  let depths: [UInt8]
  /// The sum of the depths.
  let depth: Int

  /// - Parameters:
  ///   - inputs: the channels of each input; several are joined, and then there is one group
  ///   - elementTypes: those of the inputs; fp32 by default
  ///   - isDense: whether nothing lies between the pixels of the first input
  ///   - kernel: Winograd's forms meet the transformed inputs as a 1×1 kernel does
  package init(
    _ geometry: ConvolutionGeometry, _ kernel: ConvolutionKernel, inputs: [Int], elementTypes: [ElementType]? = nil,
    isDense: Bool
  ) {
    require(
      inputs.reduce(0, +) == geometry.inputChannels && (inputs.count == 1 || geometry.groups == 1),
      "A convolution of \(geometry.inputChannels) channels in \(geometry.groups) groups cannot read \(inputs).")
    kernelHeight = kernel.tile == nil ? geometry.kernelHeight : 1
    kernelWidth = kernel.tile == nil ? geometry.kernelWidth : 1
    groups = geometry.groups
    outputChannels = geometry.outputChannels
    self.inputs = inputs
    self.elementTypes = kernel.tile == nil ? [] : elementTypes ?? inputs.map { _ in .fp32 }
    joinsTaps =
      inputs.count == 1 && geometry.groups == 1 && geometry.dilation == 1 && kernelWidth > 1
      && isDense && geometry.inputChannels <= 16
    dotLength = kernel.elementType.dotLength
    var pieces: [Segment] = []
    var depths: [UInt8] = []
    var weightChannel = 0
    for (input, channels) in inputs.enumerated() {
      let count = joinsTaps ? kernelWidth * channels : channels / groups
      pieces.append(
        Segment(
          tapY: 0, tapX: 0, input: input, channel: 0, count: count, block: depths.count, weightChannel: weightChannel))
      weightChannel += channels / groups
      let places = (count + dotLength - 1) / dotLength
      for first in stride(from: 0, to: places, by: 16) { depths.append(UInt8(min(16, places - first))) }
    }
    self.pieces = pieces
    let repeats = kernel == .depthwise ? 0 : kernelHeight * (joinsTaps ? 1 : kernelWidth)
    self.depths = [UInt8]((0..<repeats).lazy.map { _ in depths }.joined())
    depth = repeats * depths.reduce(0) { $0 + Int($1) }
  }

  /// Goes through the stretches in the order of the depth.
  ///
  /// They are not stored: a kernel has up to 2²⁴ taps.
  @inline(__always)
  func forEachSegment(_ body: (Segment) -> Void) {
    let columns = joinsTaps ? 1 : kernelWidth
    let blocks = depths.count / (kernelHeight * columns)
    for position in 0..<kernelHeight * columns {
      for piece in pieces {
        body(
          Segment(
            tapY: position / columns, tapX: position % columns, input: piece.input, channel: piece.channel,
            count: piece.count, block: position * blocks + piece.block, weightChannel: piece.weightChannel))
      }
    }
  }

  /// For each number of the depth, the place of its weight among those of an output channel, (channel, tapY, tapX); −1
  /// where an input ends in the middle of a place.
  func places() -> [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(depth * dotLength)
    forEachSegment { segment in
      let channels = inputs[segment.input] / groups
      let isSplit = !elementTypes.isEmpty && elementTypes[segment.input] == .bf16
      for index in 0..<segment.count {
        // The taps of a row follow each other, with all channels each.
        var (tap, channel) = index.quotientAndRemainder(dividingBy: channels)
        if isSplit { channel = evensFirst(channel, of: channels) }
        places.append(Int32((segment.weightChannel + channel) * taps + segment.tapY * kernelWidth + segment.tapX + tap))
      }
      if places.count % dotLength != 0 { places.append(-1) }
    }
    return places
  }

  /// The channel that Winograd's transform of a map in bf16 has in a place: of every thirty-two those with even numbers
  /// come before the others.
  private func evensFirst(_ place: Int, of channels: Int) -> Int {
    let first = place / 32 * 32
    guard first + 32 <= channels else { return place }
    let within = place - first
    return first + (within < 16 ? 2 * within : 2 * within - 31)
  }

  var taps: Int { kernelHeight * kernelWidth }
  var groupInputs: Int { inputs.reduce(0, +) / groups }
  var groupOutputs: Int { outputChannels / groups }
  /// The vectors of a group's output channels.
  var vectors: Int { (groupOutputs + 15) / 16 }
  /// The multiplications that each output takes, one for each tap and channel.
  var multiplications: Int { groupInputs * taps }
  /// The pairs of depths that a product by pairs multiplies at once: five of each whole block.
  var pairs: Int { depths.count { $0 == 16 } * 5 }
}
