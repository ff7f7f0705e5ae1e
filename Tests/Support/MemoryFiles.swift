import Diagnostics
import ModelSyntax
import Synchronization

/// Files that exist only in memory, for models that include others. Counts the reads of each.
package final class MemoryFiles: Sendable {
  private let texts: [String: String]
  private let counts = Mutex<[String: Int]>([:])

  package init(_ texts: [String: String]) {
    self.texts = texts
  }

  package var reads: [String: Int] { counts.withLock { $0 } }

  package var loader: BlockFileLoader {
    BlockFileLoader { (path) throws(BlockFileLoader.Refusal) in
      guard let text = self.texts[path] else { throw BlockFileLoader.Refusal("there is no file '\(path)'") }
      self.counts.withLock { $0[path, default: 0] += 1 }
      return SourceFile(name: path, text: text)
    }
  }
}
