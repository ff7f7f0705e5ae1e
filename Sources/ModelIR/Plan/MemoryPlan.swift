/// Where each buffer of a plan lies in one arena, for one input size.
///
/// Buffers that are never live at the same time share memory. Placing them is the storage allocation problem, which is
/// NP-hard; the largest buffer first, each at the lowest free place, or one of two other orders, comes close to the bound
/// on networks.
package struct MemoryPlan: Sendable, Hashable {
  /// The first float of each buffer.
  package let offsets: [Int]
  /// The floats of each buffer.
  package let sizes: [Int]
  /// The steps during which each buffer holds something that is still wanted.
  package let lifetimes: [ClosedRange<Int>]
  /// The floats of the whole arena.
  package let count: Int

  /// Buffers start at multiples of this many floats: 64 bytes, a cache line.
  package static let alignment = 16

  /// Kernels read whole vectors: up to this many floats after the last that they use.
  package static let overrun = 15

  /// The floats from one pixel of a map to the next, its channels lying side by side.
  ///
  /// Whole vectors, so that pixels start on cache lines; an odd number of lines where there are many, so that
  /// neighbouring rows do not meet in one set of the first-level cache. Pixels of fewer channels than a vector holds lie
  /// close together, and convolutions copy those of a row of taps at once. Predictions are rows, one after another.
  ///
  /// - Parameter isHalved: whether two channels, an even number of them, lie in the place of a float
  package static func stride(of buffer: TensorType, isHalved: Bool = false) -> Int {
    let floats = isHalved ? buffer.channels / 2 : buffer.channels
    guard buffer.extents != nil, floats >= alignment else { return floats }
    let lines = (floats + alignment - 1) / alignment
    return (lines % 8 == 0 ? lines + 1 : lines) * alignment
  }

  /// The floats of each buffer, in whole lines.
  ///
  /// - Parameter halved: the buffers whose numbers take half as much memory as floats.
  /// - Returns: Nothing when the size is not legal for the plan, or memory of that size cannot be addressed.
  package static func sizes(of plan: Plan, height: Int, width: Int, halved: Set<Int> = []) -> [Int]? {
    var floats: [Int] = []
    for (index, buffer) in plan.buffers.enumerated() {
      guard let shape = buffer.shape(height: height, width: width) else { return nil }
      let stride = stride(of: buffer, isHalved: halved.contains(index))
      let size = ([stride] + shape.dropFirst()).reduce(1) { saturatingProduct($0, $1) }
      // With weights below 2³¹, what a step multiplies then stays below 2⁶³.
      guard size < 1 << 40, shape.dropFirst().reduce(1, { saturatingProduct($0, $1) }) < 1 << 31 else { return nil }
      floats.append((size + alignment - 1) / alignment * alignment)
    }
    return floats
  }

  /// - Parameter halved: the buffers whose numbers take half as much memory as floats.
  /// - Returns: Nothing when the size is not legal for the plan, or memory of that size cannot be addressed.
  package init?(_ plan: Plan, height: Int, width: Int, halved: Set<Int> = []) {
    guard let sizes = Self.sizes(of: plan, height: height, width: width, halved: halved) else { return nil }
    let lifetimes = Self.lifetimes(of: plan)
    // The most that is wanted at once is the least that the arena can be; the first order that reaches it is taken.
    let peak = Self.peak(sizes, lifetimes, steps: plan.steps.count)
    let largestFirst = sizes.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    var best = Self.place(largestFirst, sizes, lifetimes)
    if best.count > peak.count {
      // Those that are there at the peak lie close together when they come first; or those that are in the way longest.
      let peakFirst = largestFirst.filter { lifetimes[$0].contains(peak.step) }
      let others = largestFirst.filter { !lifetimes[$0].contains(peak.step) }
      let areas = zip(sizes, lifetimes).map { saturatingProduct($0, $1.count) }
      for order in [peakFirst + others, sizes.indices.sorted { (areas[$0], $1) > (areas[$1], $0) }] {
        let placed = Self.place(order, sizes, lifetimes)
        if placed.count < best.count { best = placed }
      }
    }
    self.sizes = sizes
    self.lifetimes = lifetimes
    offsets = best.offsets
    count = best.count
  }

  /// The step at which the buffers that are wanted take the most floats, and how many.
  private static func peak(_ sizes: [Int], _ lifetimes: [ClosedRange<Int>], steps: Int) -> (step: Int, count: Int) {
    // From the input, before the first step, to the outputs, after the last.
    var changes = [Int](repeating: 0, count: steps + 3)
    for (size, lifetime) in zip(sizes, lifetimes) {
      changes[lifetime.lowerBound + 1] += size
      changes[lifetime.upperBound + 2] -= size
    }
    var (live, peak) = (0, (step: -1, count: 0))
    for (index, change) in changes.enumerated() {
      live += change
      if live > peak.count { peak = (index - 1, live) }
    }
    return peak
  }

  /// Places buffers in an order, each at the lowest place that is free while it is wanted.
  private static func place(
    _ order: [Int], _ sizes: [Int], _ lifetimes: [ClosedRange<Int>]
  ) -> (offsets: [Int], count: Int) {
    var offsets = [Int](repeating: 0, count: sizes.count)
    var placed: [Int] = []  // by offset
    var end = 0
    for buffer in order {
      var lowest = 0
      for other in placed where lifetimes[other].overlaps(lifetimes[buffer]) {
        if lowest + sizes[buffer] <= offsets[other] { break }
        lowest = max(lowest, offsets[other] + sizes[other])
      }
      offsets[buffer] = lowest
      end = max(end, lowest + sizes[buffer])
      let position = placed.firstIndex { offsets[$0] > lowest } ?? placed.count
      placed.insert(buffer, at: position)
    }
    return (offsets, end)
  }

  /// From the step that first writes a buffer to the one that last reads it; outputs are read after the last step.
  private static func lifetimes(of plan: Plan) -> [ClosedRange<Int>] {
    var first = [Int](repeating: Int.max, count: plan.buffers.count)
    var last = [Int](repeating: -1, count: plan.buffers.count)
    func use(_ view: BufferView, at step: Int) {
      first[view.buffer] = min(first[view.buffer], step)
      last[view.buffer] = max(last[view.buffer], step)
    }
    use(plan.input.view, at: -1)
    for (index, step) in plan.steps.enumerated() {
      for view in step.inputs + [step.output] { use(view, at: index) }
    }
    for output in plan.outputs { use(output.view, at: plan.steps.count) }
    return zip(first, last).map { $0 <= $1 ? $0...$1 : -1...(-1) }
  }
}
