import Glibc
import Kernels

/// Memory for numbers that starts on a cache line; all of them are 0 at first.
///
/// Sizes come from files and from people, so more than the machine has is an ordinary error; nothing is touched until it
/// is used.
struct AlignedFloats: ~Copyable, @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
  let count: Int

  private let bytes: Int
  private static let largePage = 2 << 20

  /// - Parameter purpose: What the memory is for, as the subject of a sentence: "the weights".
  init(count: Int, for purpose: String) throws(ModelError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    let claimed = max(bytes, 64)
    guard !overflow, MemoryBudget.claim(claimed) else {
      throw ModelError("\(purpose) need \(count >> 18) MiB of memory, and the machine has \(MemoryBudget.text)")
    }
    guard let start = Self.pages(claimed) else {
      MemoryBudget.release(claimed)
      throw ModelError("\(purpose) need \(count >> 18) MiB of memory, which the system refuses")
    }
    self.start = start.bindMemory(to: Float.self, capacity: count)
    self.count = count
    self.bytes = claimed
  }

  /// Memory of the system's own, which it clears as it is touched.
  private static func pages(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start, start != MAP_FAILED else { return nil }
    // All of it will be touched, and in small pages the first touch takes longer than filling it.
    if bytes >= 2 * largePage { madvise(start, bytes, MADV_HUGEPAGE) }
    return start
  }

  /// For numbers that are in memory once already: as with arrays, having no room for them twice ends the process.
  init(count: Int) {
    do throws(ModelError) {
      self = try AlignedFloats(count: count, for: "copies")
    } catch {
      fatalError(error.description)
    }
  }

  deinit {
    munmap(start, bytes)
    MemoryBudget.release(bytes)
  }
}

extension MemoryBudget {
  /// `24576`, or `24576, of which gelan uses 512`, in MiB.
  fileprivate static var text: String {
    let used = used >> 20
    return "\(total >> 20)" + (used > 0 ? ", of which gelan uses \(used)" : "")
  }
}
