import Glibc

/// Memory for the packed weights of a model, in a few large pieces: all zeros, each request on a cache line.
///
/// Large pages keep the addresses of a gigabyte of weights in the processor's tables. They are given by the piece, so that
/// the small weights of a network share them. Each piece is as large as all before it, and what is not used of the last is
/// never there.
///
/// Not for use by several threads at once.
package final class WeightMemory: @unchecked Sendable {
  private struct Piece {
    let memory: UnsafeMutableRawBufferPointer
    /// The bytes from the start that are in use.
    var used: Int
    var rest: Int { memory.count - used }
  }

  private var pieces: [Piece] = []
  private static let leastPieceBytes = 64 << 20
  private static let largePage = 2 << 20

  package init() {}

  deinit { for piece in pieces { munmap(piece.memory.baseAddress, piece.memory.count) } }

  /// - Returns: Nothing when the system refuses more, or all of it together would not fit the machine: the system gives
  /// out more than it has, and ends programs that use it.
  func allocate(_ count: Int) -> UnsafeMutablePointer<Float>? {
    let (bytes, overflow) = roundUp(count, to: 16).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow, bytes < 1 << 48 else { return nil }
    // The first that has room: small weights fill what larger ones have left.
    if let index = pieces.firstIndex(where: { $0.rest >= bytes }) { return take(bytes, of: index, count) }
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let present = pieces.reduce(0) { $0 + $1.memory.count }
    // As much more as aligning the start to a large page may take.
    let least = roundUp(bytes, to: Self.largePage) + Self.largePage
    guard least <= physical - present else { return nil }
    let length = max(least, min(max(Self.leastPieceBytes, present), physical - present))
    guard let start = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      start != MAP_FAILED
    else { return nil }
    madvise(start, length, MADV_HUGEPAGE)
    let padding = roundUp(Int(bitPattern: start), to: Self.largePage) - Int(bitPattern: start)
    pieces.append(Piece(memory: UnsafeMutableRawBufferPointer(start: start, count: length), used: padding))
    return take(bytes, of: pieces.count - 1, count)
  }

  private func take(_ bytes: Int, of index: Int, _ count: Int) -> UnsafeMutablePointer<Float>? {
    let place = pieces[index].memory.baseAddress.map { $0 + pieces[index].used }
    pieces[index].used += bytes
    return place?.bindMemory(to: Float.self, capacity: count)
  }
}
