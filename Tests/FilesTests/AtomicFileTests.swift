import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder
  private let failure = FileError("write", "x", reason: "of the test")

  init() throws { folder = try TemporaryFolder() }

  private func content(_ name: String) throws -> String {
    String(decoding: try readFile(path: folder.path(name), limit: 1 << 24), as: UTF8.self)
  }

  @Test func createsAndReplaces() throws {
    try writeFileAtomically(path: folder.path("f"), text: "first")
    #expect(try content("f") == "first")
    #expect(chmod(folder.path("f"), 0o640) == 0)
    try writeFileAtomically(path: folder.path("f"), bytes: Array("second".utf8))
    #expect(try content("f") == "second")
    let permissions = try FileManager.default.attributesOfItem(atPath: folder.path("f"))[.posixPermissions]
    #expect(permissions as? Int == 0o640)
    #expect(folder.contents == ["f"])
  }

  @Test func writesPiecesOfAllSizesInOrder() throws {
    var expected: [UInt8] = []
    try writeFileAtomically(path: folder.path("f")) { (writer) throws(FileError) in
      for (index, size) in [0, 1, 65_535, 1, 65_536, 3, 200_000, 40_000, 40_000, 0, 7].enumerated() {
        let piece = [UInt8](repeating: UInt8(index), count: size)
        try writer.write(piece)
        expected += piece
      }
    }
    #expect(try readFile(path: folder.path("f"), limit: 1 << 24) == expected)
  }

  @Test func leavesNothingOnFailure() throws {
    #expect(throws: failure) {
      try writeFileAtomically(path: folder.path("new")) { (writer) throws(FileError) in
        try writer.write([UInt8](repeating: 1, count: 100_000))
        throw failure
      }
    }
    #expect(folder.contents == [])

    try writeFileAtomically(path: folder.path("old"), text: "kept")
    #expect(throws: failure) {
      try writeFileAtomically(path: folder.path("old")) { (writer) throws(FileError) in
        try writer.write("lost")
        throw failure
      }
    }
    #expect(folder.contents == ["old"])
    #expect(try content("old") == "kept")
  }

  @Test func readersSeeTheOldFileMeanwhile() throws {
    try writeFileAtomically(path: folder.path("f"), text: "old")
    try writeFileAtomically(path: folder.path("f")) { (writer) throws(FileError) in
      try writer.write([UInt8](repeating: 65, count: 100_000))
      #expect((try? content("f")) == "old")
    }
    #expect(try content("f").utf8.count == 100_000)
  }

  /// A process that is killed meanwhile therefore leaves no file behind.
  @Test func aFileHasNoNameUntilItIsComplete() throws {
    try writeFileAtomically(path: folder.path("f")) { (writer) throws(FileError) in
      try writer.write([UInt8](repeating: 65, count: 100_000))
      #expect(folder.contents == [])
    }
    #expect(folder.contents == ["f"])
    try writeFileAtomically(path: folder.path("f")) { (writer) throws(FileError) in
      try writer.write([UInt8](repeating: 66, count: 100_000))
      #expect(folder.contents == ["f"])
    }
    #expect(folder.contents == ["f"])
  }

  @Test func worksInTheCurrentFolder() throws {
    let name = "gelan-test-" + UUID().uuidString
    defer { unlink(name) }
    try writeFileAtomically(path: name, text: "here")
    #expect(try readFile(path: name, limit: 10) == Array("here".utf8))
  }

  @Test func followsSymbolicLinks() throws {
    try FileManager.default.createDirectory(atPath: folder.path("sub"), withIntermediateDirectories: true)
    try writeFileAtomically(path: folder.path("sub/target"), text: "old")
    #expect(symlink("sub/second", folder.path("first")) == 0)
    #expect(symlink("target", folder.path("sub/second")) == 0)
    try writeFileAtomically(path: folder.path("first"), text: "new")
    #expect(try content("sub/target") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("first")) == "sub/second")

    // A link to a file that does not exist yet creates it.
    #expect(symlink(folder.path("sub/later"), folder.path("dangling")) == 0)
    try writeFileAtomically(path: folder.path("dangling"), text: "made")
    #expect(try content("sub/later") == "made")

    #expect(symlink("loop", folder.path("loop")) == 0)
    expect("cannot write '\(folder.path("loop"))': Too many levels of symbolic links") {
      try writeFileAtomically(path: folder.path("loop"), text: "")
    }
    #expect(folder.contents == ["dangling", "first", "loop", "sub"])
  }

  @Test func writesDirectlyToWhatCannotBeReplaced() throws {
    try writeFileAtomically(path: "/dev/null", text: "gone")
    expect("cannot write '/dev/full': No space left on device") {
      try writeFileAtomically(path: "/dev/full", text: "too much")
    }
    // A descriptor keeps its position, so output continues where the program stopped.
    let descriptor = open(folder.path("log"), O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    #expect(write(descriptor, "start ", 6) == 6)
    for path in ["/dev/fd/\(descriptor)", "/proc/self/fd/\(descriptor)"] {
      try writeFileAtomically(path: path, text: "more ")
    }
    #expect(write(descriptor, "end", 3) == 3)
    #expect(try content("log") == "start more more end")
    expect("cannot write '/dev/fd/99999': Bad file descriptor") {
      try writeFileAtomically(path: "/dev/fd/99999", text: "")
    }
  }

  @Test func overlookedFailuresStillCount() {
    expect("cannot write '/dev/full': No space left on device") {
      try writeFileAtomically(path: "/dev/full") { (writer) throws(FileError) in
        try? writer.write([UInt8](repeating: 0, count: 70_000))
      }
    }
  }

  @Test func refusesBadDestinations() {
    expect("cannot write '\(folder.path)': it is a directory") { try writeFileAtomically(path: folder.path, text: "") }
    expect("cannot write '': No such file or directory") { try writeFileAtomically(path: "", text: "") }
    expect("cannot write 'a\\0': the path contains a zero byte") { try writeFileAtomically(path: "a\0", text: "") }
    expect("cannot write '/dev/null/f': Not a directory") { try writeFileAtomically(path: "/dev/null/f", text: "") }
  }
}
