import KernelInterface

/// How the inputs of a convolution meet its kernel: in which order the depth of the product goes through taps, inputs and
/// channels. Weights are packed in the same order.
package struct ProductLayout: Hashable, Sendable {
  /// One stretch of neighbouring floats of an input pixel, or of the pixels of one kernel row.
  struct Segment: Hashable, Sendable {
    let tapY: Int
    /// The tap, or the first of a row of taps.
    let tapX: Int
    let input: Int
    /// The first channel within the group, of this input.
    let channel: Int
    /// The floats.
    let count: Int
    /// The first block of the panel.
    let block: Int
  }

  let kernelHeight: Int
  let kernelWidth: Int
  let groups: Int
  let outputChannels: Int
  /// The channels of each input, joined.
  let inputs: [Int]
  /// Whether a segment is a whole row of taps: neighbouring pixels of so few channels that one vector holds several, with
  /// nothing between them.
  let joinsTaps: Bool
  let segments: [Segment]
  /// For each block of sixteen, how many are used.
  let depths: [UInt8]
  /// For each depth, the place of its weight among those of an output channel, (channel, tapY, tapX).
  let places: [Int32]

  /// - Parameters:
  ///   - inputs: the channels of each input; several are joined, and then there is one group
  ///   - pixelStride: of the first input
  ///   - kernel: Winograd's forms meet the transformed inputs as a 1×1 kernel does
  package init(_ geometry: ConvolutionGeometry, _ kernel: ConvolutionKernel, inputs: [Int], pixelStride: Int) {
    require(
      inputs.reduce(0, +) == geometry.inputChannels && (inputs.count == 1 || geometry.groups == 1),
      "A convolution of \(geometry.inputChannels) channels in \(geometry.groups) groups cannot read \(inputs).")
    kernelHeight = kernel.tile == nil ? geometry.kernelHeight : 1
    kernelWidth = kernel.tile == nil ? geometry.kernelWidth : 1
    groups = geometry.groups
    outputChannels = geometry.outputChannels
    self.inputs = inputs
    joinsTaps =
      inputs.count == 1 && geometry.groups == 1 && geometry.dilation == 1 && kernelWidth > 1
      && pixelStride == geometry.inputChannels && pixelStride < 16
    var segments: [Segment] = []
    var depths: [UInt8] = []
    var places: [Int32] = []
    let taps = kernelHeight * kernelWidth
    func add(_ tapY: Int, _ tapX: Int, _ input: Int, _ channel: Int, count: Int) {
      segments.append(
        Segment(tapY: tapY, tapX: tapX, input: input, channel: channel, count: count, block: depths.count))
      for first in stride(from: 0, to: count, by: 16) { depths.append(UInt8(min(16, count - first))) }
    }
    for tapY in 0..<kernelHeight {
      if joinsTaps {
        add(tapY, 0, 0, 0, count: kernelWidth * pixelStride)
        for tapX in 0..<kernelWidth {
          for channel in 0..<pixelStride { places.append(Int32(channel * taps + tapY * kernelWidth + tapX)) }
        }
        continue
      }
      for tapX in 0..<kernelWidth {
        var first = 0
        for (input, channels) in inputs.enumerated() {
          let count = channels / groups
          add(tapY, tapX, input, 0, count: count)
          for channel in 0..<count { places.append(Int32((first + channel) * taps + tapY * kernelWidth + tapX)) }
          first += count
        }
      }
    }
    self.segments = segments
    self.depths = depths
    self.places = places
  }

  var taps: Int { kernelHeight * kernelWidth }
  var groupInputs: Int { inputs.reduce(0, +) / groups }
  var groupOutputs: Int { outputChannels / groups }
  /// The vectors of a group's output channels.
  var vectors: Int { (groupOutputs + 15) / 16 }
  var depth: Int { places.count }
}
