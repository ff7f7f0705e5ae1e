import Glibc
import Kernels

/// Memory that starts on a page; all bytes are 0 at first.
///
/// Sizes come from files and from people, so more than the machine has is an ordinary error. Pages are taken when they are
/// first touched.
struct AlignedMemory: ~Copyable, @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let byteCount: Int

  private let claimed: Int
  private static let largePage = 2 << 20

  /// - Parameter purpose: what the memory is for, as the subject of a sentence: "the weights"
  init(byteCount: Int, for purpose: String) throws(ModelError) {
    let claimed = max(byteCount, 64)
    guard MemoryBudget.claim(claimed) else {
      throw ModelError("\(purpose) need \(byteCount >> 20) MiB of memory, and the machine has \(MemoryBudget.text)")
    }
    guard let start = Self.pages(claimed) else {
      MemoryBudget.release(claimed)
      throw ModelError("\(purpose) need \(byteCount >> 20) MiB of memory, which the system refuses")
    }
    self.start = start
    self.byteCount = byteCount
    self.claimed = claimed
  }

  /// Anonymous pages, which the system clears when they are first touched.
  private static func pages(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start, start != MAP_FAILED else { return nil }
    // All of it will be touched, and in small pages the first touch takes longer than filling it.
    if bytes >= 2 * largePage { madvise(start, bytes, MADV_HUGEPAGE) }
    return start
  }

  /// For copies of what is in memory already: as with arrays, the process ends if there is no room for them.
  init(byteCount: Int) {
    do throws(ModelError) {
      self = try AlignedMemory(byteCount: byteCount, for: "copies")
    } catch {
      fatalError(error.description)
    }
  }

  deinit {
    munmap(start, claimed)
    MemoryBudget.release(claimed)
  }
}

extension MemoryBudget {
  /// `24576`, or `24576, of which gelan uses 512`, in MiB.
  fileprivate static var text: String {
    let used = used >> 20
    return "\(total >> 20)" + (used > 0 ? ", of which gelan uses \(used)" : "")
  }
}
