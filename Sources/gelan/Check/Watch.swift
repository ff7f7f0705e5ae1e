import Compiler
import Diagnostics
import GelanCompiler
import Glibc
import ModelIR
import Tensors

/// Checks files again whenever they or the files that they include are saved, and shows only what changed since the
/// check before.
///
/// Files are looked at ten times a second: editors that write beside and rename, as most do, defeat watches on the file
/// itself. Runs until it is interrupted.
func watch(_ paths: [String], input: InputSize?, settings: [ParameterSetting]) -> Never {
  var known: [String: [Diagnostic]] = [:]
  var seen: [String: FileState] = [:]
  var included: [String: Set<String>] = [:]
  Terminal.note("watching \(paths.joined(separator: ", ")); press Ctrl-C to stop")
  while true {
    for path in paths {
      let files = [path] + (included[path] ?? [])
      let changed = files.filter { seen[path + "\n" + $0] != FileState($0) }
      if changed.isEmpty { continue }
      included[path] = recheck(path, input: input, settings: settings, known: &known)
      for file in [path] + (included[path] ?? []) { seen[path + "\n" + file] = FileState(file) }
    }
    usleep(100_000)
  }
}

/// Shows the faults of a file that are new and names those that are gone; returns the files that it includes.
private func recheck(
  _ path: String, input: InputSize?, settings: [ParameterSetting], known: inout [String: [Diagnostic]]
) -> Set<String> {
  let includes = IncludeRecord()
  let found: [Diagnostic]
  do throws(CommandFailure) {
    found = try diagnose(try readSource(path), input: input, settings: settings, loader: includes.loader)
  } catch {
    Terminal.note(error.text)
    return includes.paths
  }
  let change = FaultChange(from: known[path], to: found)
  known[path] = change.known
  Terminal.report(change.new)
  for line in change.lines { Terminal.note("\(path): \(line)") }
  return includes.paths
}

/// When a file was written, and what it was then.
private struct FileState: Equatable {
  private let device: UInt
  private let inode: UInt
  private let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  init(_ path: String) {
    var status = stat()
    if stat(path, &status) != 0 { status = stat() }
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
    size = Int(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
