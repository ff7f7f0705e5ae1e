import Glibc

/// Memory for numbers that starts on a cache line.
///
/// Sizes come from files and from people, so more than the machine has is an ordinary error; nothing is touched until it
/// is used.
struct AlignedFloats: ~Copyable, @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
  let count: Int

  private static let hugePage = 2 << 20

  /// - Parameter purpose: What the memory is for, as the subject of a sentence: "the weights".
  init(count: Int, for purpose: String) throws(ModelError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    var pointer: UnsafeMutableRawPointer?
    let isLarge = !overflow && bytes >= 2 * Self.hugePage
    let alignment = isLarge ? Self.hugePage : 64
    guard !overflow, bytes <= physical, posix_memalign(&pointer, alignment, max(bytes, 64)) == 0, let pointer else {
      throw ModelError("\(purpose) need \(count >> 18) MiB of memory, and the machine has \(physical >> 20)")
    }
    // All of it will be touched, and in small pages the first touch takes longer than filling it.
    if isLarge { madvise(pointer, bytes, MADV_HUGEPAGE) }
    start = pointer.bindMemory(to: Float.self, capacity: count)
    self.count = count
  }

  /// For numbers that are in memory once already: as with arrays, having no room for them twice ends the process.
  init(count: Int) {
    do throws(ModelError) {
      self = try AlignedFloats(count: count, for: "copies")
    } catch {
      fatalError(error.description)
    }
  }

  deinit { free(start) }
}
