import Glibc
import Synchronization

/// The memory that maps, tensors and packed weights of all sessions of the process may take together: what the machine
/// has.
///
/// The system gives out more than that, and ends programs that use it. So what is asked for is counted.
package enum MemoryBudget {
  /// The bytes that the machine has.
  package static let total = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  private static let claimed = Atomic(0)

  /// The bytes that are in use.
  package static var used: Int { claimed.load(ordering: .relaxed) }

  /// Takes bytes, which go back with `release`.
  ///
  /// - Returns: Whether so many were left.
  package static func claim(_ bytes: Int) -> Bool {
    var present = used
    while bytes <= total - present {
      let (exchanged, original) = claimed.weakCompareExchange(
        expected: present, desired: present + bytes, ordering: .relaxed)
      if exchanged { return true }
      present = original
    }
    return false
  }

  package static func release(_ bytes: Int) { claimed.subtract(bytes, ordering: .relaxed) }
}
