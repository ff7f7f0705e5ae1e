import Glibc
import KernelInterface

/// Memory for the packed weights of a model, in a few large pieces: all zeros, each request on a cache line.
///
/// Large pages keep the addresses of a gigabyte of weights in the processor's tables. They are given by the piece, so that
/// the small weights of a network share them: a request goes to the first piece that has room. Each piece is as large as all
/// before it, and what is not used of the last is never there.
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
  private var claimedBytes = 0
  private static let leastPieceBytes = 64 << 20
  private static let largePage = 2 << 20

  package init() {}

  deinit {
    for piece in pieces { munmap(piece.memory.baseAddress, piece.memory.count) }
    MemoryBudget.release(claimedBytes)
  }

  /// - Returns: `nil` if the system refuses more, or the machine has no more.
  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let bytes = roundUp(byteCount, to: vectorBytes)
    guard MemoryBudget.claim(bytes) else { return nil }
    guard let index = pieces.firstIndex(where: { $0.rest >= bytes }) ?? addPiece(for: bytes) else {
      MemoryBudget.release(bytes)
      return nil
    }
    claimedBytes += bytes
    let place = pieces[index].memory.baseAddress.map { $0 + pieces[index].used }
    pieces[index].used += bytes
    return place
  }

  /// - Returns: The new piece, in which there is room for so many bytes; `nil` if the system refuses it.
  private func addPiece(for bytes: Int) -> Int? {
    let present = pieces.reduce(0) { $0 + $1.memory.count }
    // As much more as aligning the start to a large page may take.
    let least = roundUp(bytes, to: Self.largePage) + Self.largePage
    let length = max(least, Self.leastPieceBytes, min(present, MemoryBudget.total - present))
    guard let start = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      start != MAP_FAILED
    else { return nil }
    madvise(start, length, MADV_HUGEPAGE)
    let padding = roundUp(Int(bitPattern: start), to: Self.largePage) - Int(bitPattern: start)
    pieces.append(Piece(memory: UnsafeMutableRawBufferPointer(start: start, count: length), used: padding))
    return pieces.count - 1
  }
}
