import Kernels

/// The sessions of the input sizes that were used last.
///
/// Images of one source have few shapes. Opening a session for another shape takes about a tenth of the time of a run, all
/// of it for fresh memory: weights are packed only once, for the first. So sessions stay as long as their memory is
/// small, and the last one always.
struct SessionCache {
  let model: InferenceModel
  let threads: Int
  let instructions: InstructionSet
  let precision: InferencePrecision
  /// The most recently used last.
  private(set) var sessions: [InferenceSession] = []

  /// The bytes that sessions may hold together.
  private static let capacity = 64 << 20

  init(model: InferenceModel, threads: Int, instructions: InstructionSet, precision: InferencePrecision) {
    self.model = model
    self.threads = threads
    self.instructions = instructions
    self.precision = precision
  }

  mutating func session(height: Int, width: Int) throws(InferenceError) -> InferenceSession {
    if let index = sessions.firstIndex(where: { $0.base.height == height && $0.base.width == width }) {
      sessions.append(sessions.remove(at: index))
    } else {
      sessions.append(
        try InferenceSession(
          model, height: height, width: width, threads: threads, instructions: instructions, precision: precision))
      while sessions.count > 1, byteCount > Self.capacity { sessions.removeFirst() }
    }
    return sessions[sessions.count - 1]
  }

  private var byteCount: Int { sessions.reduce(0) { $0 + $1.base.byteCount } }
}
