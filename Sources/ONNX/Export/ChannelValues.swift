import ModelIR

/// Which values of the ONNX graph the channels of a plan's buffers hold.
///
/// A plan's steps write and read ranges of channels. ONNX has values: a range that one value fills is that value, a part
/// of a value is a Slice, and several side by side are a Concat. A plan's copies, which only move channels, need no node.
struct ChannelValues {
  /// Neighbouring channels of a value.
  struct Part: Hashable {
    let value: String
    /// How many channels the value has.
    let width: Int
    let channels: Range<Int>

    var isWhole: Bool { channels.count == width }
  }

  /// Channels of a buffer from `lower` on.
  private struct Placed {
    let lower: Int
    let part: Part

    var upper: Int { lower + part.channels.count }
  }

  /// By buffer; in the order of channels.
  private var placed: [[Placed]]
  private var joined: [BufferView: String] = [:]
  /// How many parts of values all buffers hold together.
  private(set) var partCount = 0

  init(bufferCount: Int) {
    placed = Array(repeating: [], count: bufferCount)
  }

  /// Notes that a view holds a value.
  mutating func write(_ view: BufferView, _ value: String) {
    let width = view.upper - view.lower
    write(view, [Part(value: value, width: width, channels: 0..<width)])
  }

  /// Notes that a view holds parts of values side by side.
  mutating func write(_ view: BufferView, _ parts: [Part]) {
    var lower = view.lower
    let position = position(of: lower, in: view.buffer)
    var new: [Placed] = []
    for part in parts {
      new.append(Placed(lower: lower, part: part))
      lower += part.channels.count
    }
    placed[view.buffer].insert(contentsOf: new, at: position)
    partCount += new.count
  }

  /// The parts of values that a view shows.
  func parts(_ view: BufferView) -> [Part] {
    var parts: [Part] = []
    for entry in placed[view.buffer][position(of: view.lower + 1, in: view.buffer, including: true)...] {
      guard entry.lower < view.upper else { break }
      let lower = entry.part.channels.lowerBound + max(0, view.lower - entry.lower)
      let upper = entry.part.channels.upperBound - max(0, entry.upper - view.upper)
      if let last = parts.last, last.value == entry.part.value, last.channels.upperBound == lower {
        parts[parts.count - 1] = Part(
          value: last.value, width: last.width, channels: last.channels.lowerBound..<upper)
      } else {
        parts.append(Part(value: entry.part.value, width: entry.part.width, channels: lower..<upper))
      }
    }
    return parts
  }

  /// The value of a view; the slices and concats that it needs are added to the graph, each once.
  mutating func read(_ view: BufferView, scope: String, in assembly: inout GraphAssembly) -> String {
    if let value = joined[view] { return value }
    let values = parts(view).map { part in
      part.isWhole ? part.value : assembly.slice(part.value, part.channels, axis: 1, scope: scope)
    }
    let value =
      values.count == 1
      ? values[0] : assembly.nodes("Concat", values, scope: scope, attributes: ["axis": .integer(1)])[0]
    joined[view] = value
    return value
  }

  /// The first entry that begins at a channel or after it; `including` counts one that only ends there or after it.
  private func position(of channel: Int, in buffer: Int, including: Bool = false) -> Int {
    var (low, high) = (0, placed[buffer].count)
    while low < high {
      let middle = (low + high) / 2
      let entry = placed[buffer][middle]
      if (including ? entry.upper : entry.lower) < channel { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
