import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct ReadFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func readsUpToTheLimit() throws {
    let path = folder.path("f")
    try writeFileAtomically(path: path, bytes: [UInt8](repeating: 7, count: 100_000))
    #expect(try readFile(path: path, limit: 100_000).count == 100_000)
    expect("cannot read '\(path)': it is larger than 99999 bytes") { try readFile(path: path, limit: 99_999) }
    expect("cannot read '/dev/zero': it is larger than 1000 bytes") { try readFile(path: "/dev/zero", limit: 1000) }
    #expect(try readFile(path: "/dev/null", limit: 0) == [])
    // Files of the /proc file system report a size of 0.
    #expect(try !readFile(path: "/proc/self/stat", limit: 10_000).isEmpty)
  }

  @Test func readsNamedPipes() throws {
    let path = folder.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Thread { try? writeFileAtomically(path: path, text: "through") }
    writer.start()
    #expect(try readFile(path: path, limit: 100) == Array("through".utf8))
  }

  @Test func refuses() {
    expect("cannot read '\(folder.path)': it is a directory") { try readFile(path: folder.path, limit: 10) }
    expect("cannot read '/absent': No such file or directory") { try readFile(path: "/absent", limit: 10) }
    expect("cannot read 'a\\0b': the path contains a zero byte") { try readFile(path: "a\0b", limit: 10) }
  }
}
