import Elements
import KernelInterface

/// How the inputs of a convolution meet its kernel: in which order the depth of the GEMM goes through taps, inputs and
/// channels. Weights are packed in the same order.
package struct GEMMLayout: Hashable, Sendable {
  /// Neighbouring elements of an input pixel, or of the pixels of one kernel row.
  struct Segment: Hashable, Sendable {
    let tapY: Int
    /// The tap, or the first of a row of taps.
    let tapX: Int
    let input: Int
    /// The first channel within the group, of this input.
    let channel: Int
    /// The elements.
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
  /// The channels of each input, concatenated.
  let inputs: [Int]
  /// For Winograd's transforms, the type of each input: they take the channels of one in bf16 in another order.
  let elementTypes: [ElementType]
  /// Whether a segment fuses a whole row of taps: neighbouring pixels of so few channels that one of them fills a vector
  /// at most, with nothing between them.
  let fusesTaps: Bool
  /// The segments of the first tap, or of the first row of taps; those of the others are the same, further on.
  private let pieces: [Segment]
  /// How many elements a lane of the depth holds.
  let dotLength: Int
  /// For each block of a vector of lanes, how many are used; empty for a kernel without a GEMM.
  let depths: [UInt8]
  /// The sum of the depths.
  let depth: Int

  /// - Parameters:
  ///   - inputs: the channels of each input; several are concatenated, and then there is one group
  ///   - elementTypes: those of the inputs; fp32 by default
  ///   - isDense: whether nothing lies between the pixels of the first input
  ///   - kernel: Winograd's GEMMs meet the transformed inputs as a 1×1 kernel does
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
    fusesTaps =
      inputs.count == 1 && geometry.groups == 1 && geometry.dilation == 1 && kernelWidth > 1
      && isDense && geometry.inputChannels <= laneCount
    dotLength = kernel.elementType.dotLength
    var pieces: [Segment] = []
    var depths: [UInt8] = []
    var weightChannel = 0
    for (input, channels) in inputs.enumerated() {
      let count = fusesTaps ? kernelWidth * channels : channels / groups
      pieces.append(
        Segment(
          tapY: 0, tapX: 0, input: input, channel: 0, count: count, block: depths.count, weightChannel: weightChannel))
      weightChannel += channels / groups
      let lanes = (count + dotLength - 1) / dotLength
      for first in stride(from: 0, to: lanes, by: laneCount) { depths.append(UInt8(min(laneCount, lanes - first))) }
    }
    self.pieces = pieces
    let repeats = kernel == .depthwise ? 0 : kernelHeight * (fusesTaps ? 1 : kernelWidth)
    self.depths = [UInt8]((0..<repeats).lazy.map { _ in depths }.joined())
    depth = repeats * depths.reduce(0) { $0 + Int($1) }
  }

  /// Goes through the segments in the order of the depth.
  ///
  /// They are not stored: a kernel has up to 2²⁴ taps.
  @inline(__always)
  func forEachSegment(_ body: (Segment) -> Void) {
    let columns = fusesTaps ? 1 : kernelWidth
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

  /// For each element of the depth, the place of its weight among those of an output channel, (channel, tapY, tapX); −1
  /// where an input ends in the middle of a lane.
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

  /// The channel that Winograd's transform of a map in bf16 has at an element: of every two vectors of channels the even
  /// ones come before the odd ones.
  private func evensFirst(_ element: Int, of channels: Int) -> Int {
    let first = element / (2 * laneCount) * 2 * laneCount
    guard first + 2 * laneCount <= channels else { return element }
    let within = element - first
    return first + (within < laneCount ? 2 * within : 2 * (within - laneCount) + 1)
  }

  var taps: Int { kernelHeight * kernelWidth }
  var groupInputs: Int { inputs.reduce(0, +) / groups }
  var groupOutputs: Int { outputChannels / groups }
  /// The vectors of a group's output channels.
  var vectors: Int { (groupOutputs + laneCount - 1) / laneCount }
  /// The multiplications that each output takes, one for each tap and channel.
  var multiplications: Int { groupInputs * taps }
  /// The pairs that Winograd's inner product multiplies at once: five of each whole block.
  var pairs: Int { depths.count { $0 == laneCount } * 5 }

  /// Lends the depth as microkernels take it; a GEMM has a depth of at least one.
  func withDepths(_ body: (DepthBlocks) -> Void) {
    depths.withUnsafeBufferPointer { used in
      guard let start = used.baseAddress else { return }
      body(DepthBlocks(used: start, count: used.count, depth: depth))
    }
  }
}
