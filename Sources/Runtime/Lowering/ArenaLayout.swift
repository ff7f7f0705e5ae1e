import Elements
import KernelInterface
import Kernels
import ModelIR

/// Where each buffer of a plan lies in one arena, for one input size.
///
/// Buffers that are never live at the same time share memory. Placing them is the storage allocation problem, which is
/// NP-hard. The largest buffer first, each at the lowest free offset, or one of two other orders, comes close to the lower
/// bound on networks.
package struct ArenaLayout: Sendable, Hashable {
  /// The first byte of each buffer, at a multiple of `BufferLayout.alignment`.
  package let offsets: [Int]
  /// The bytes of each buffer, in whole cache lines.
  package let sizes: [Int]
  /// The steps from the one that first writes a buffer to the one that last reads it; -1 is before the first step.
  package let lifetimes: [ClosedRange<Int>]
  /// The bytes of the whole arena.
  package let byteCount: Int

  /// Places the buffers.
  package init(_ sized: SizedPlan, _ storage: BufferStorage) {
    let plan = sized.plan
    let sizes = plan.buffers.indices.map { buffer in
      roundUp(
        sized.shape(ofBuffer: buffer).dropFirst().reduce(storage.pixelStride(plan, buffer), *),
        to: BufferLayout.alignment)
    }
    let lifetimes = Self.lifetimes(of: plan)
    // The most that is live at once is the least that the arena can be; the first order that reaches it is taken.
    let peak = Self.peak(sizes, lifetimes, steps: plan.steps.count)
    let largestFirst = sizes.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    var best = Self.place(largestFirst, sizes, lifetimes)
    if best.byteCount > peak.byteCount {
      // Buffers that are live at the peak come first and so lie close together; or those that are in the way longest.
      let peakFirst = largestFirst.filter { lifetimes[$0].contains(peak.step) }
      let others = largestFirst.filter { !lifetimes[$0].contains(peak.step) }
      let areas = zip(sizes, lifetimes).map { saturatingProduct($0, $1.count) }
      for order in [peakFirst + others, sizes.indices.sorted { (areas[$0], $1) > (areas[$1], $0) }] {
        let placed = Self.place(order, sizes, lifetimes)
        if placed.byteCount < best.byteCount { best = placed }
      }
    }
    self.sizes = sizes
    self.lifetimes = lifetimes
    offsets = best.offsets
    byteCount = best.byteCount
  }

  /// The step at which the live buffers take the most bytes, and how many.
  private static func peak(
    _ sizes: [Int], _ lifetimes: [ClosedRange<Int>], steps: Int
  ) -> (step: Int, byteCount: Int) {
    // From the input, before the first step, to the outputs, after the last.
    var changes = [Int](repeating: 0, count: steps + 3)
    for (size, lifetime) in zip(sizes, lifetimes) {
      changes[lifetime.lowerBound + 1] += size
      changes[lifetime.upperBound + 2] -= size
    }
    var (live, peak) = (0, (step: -1, byteCount: 0))
    for (index, change) in changes.enumerated() {
      live += change
      if live > peak.byteCount { peak = (index - 1, live) }
    }
    return peak
  }

  /// Places buffers in an order, each at the lowest offset that is free while it is live.
  private static func place(
    _ order: [Int], _ sizes: [Int], _ lifetimes: [ClosedRange<Int>]
  ) -> (offsets: [Int], byteCount: Int) {
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
