import Diagnostics
import ModelSyntax
import Synchronization

/// The files that a model includes, noted as they are read.
package final class IncludeRecord: Sendable {
  private let files: BlockFileLoader
  private let seen = Mutex<[(path: String, source: SourceFile?)]>([])

  package init(_ files: BlockFileLoader = .files) { self.files = files }

  /// Every path that was asked for, readable or not.
  package var paths: Set<String> { Set(seen.withLock { $0.map(\.path) }) }

  /// The files that were read, in order.
  var sources: [SourceFile] { seen.withLock { $0.compactMap(\.source) } }

  /// Reads files as the record's own loader does.
  package var loader: BlockFileLoader {
    BlockFileLoader { (path) throws(BlockFileLoader.Refusal) in
      do throws(BlockFileLoader.Refusal) {
        let source = try self.files.load(path)
        self.seen.withLock { $0.append((path, source)) }
        return source
      } catch {
        self.seen.withLock { $0.append((path, nil)) }
        throw error
      }
    }
  }
}
