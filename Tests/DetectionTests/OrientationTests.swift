import Testing

@testable import Detection

@Suite struct OrientationTests {
  @Test(
    "Structures that name no orientation are passed over",
    arguments: [
      [],
      Array("II".utf8),
      Array("II*\0\u{8}\0\0\0".utf8),
      // A directory beyond any file.
      [0x4D, 0x4D, 0, 42, 0xFF, 0xFF, 0xFF, 0xFF],
      // More entries than there are bytes.
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0xFF, 0xFF, 1, 0x0F, 0, 2],
      // An entry cut before its value.
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0],
      // The values 0 and 9, and a value of a type that holds no integers.
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0],
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0],
      [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 5, 0, 0, 0, 1, 0, 6, 0, 0],
    ] as [[UInt8]])
  func passesOverOthers(tiff: [UInt8]) {
    #expect(tiff.withUnsafeBytes { Orientation(tiff: $0) } == nil)
  }

  @Test("Short and long integers count")
  func readsBothIntegerTypes() {
    let short: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
    let long: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0]
    #expect(short.withUnsafeBytes { Orientation(tiff: $0) } == .turnedLeft)
    #expect(long.withUnsafeBytes { Orientation(tiff: $0) } == .turnedRight)
  }
}
