import Foundation
import Testing

@testable import Detection

/// Reads the files the tests compare with, all of which other programs than this library wrote.
enum Fixture {
  /// Returns the bytes of a fixture file.
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// Returns the image in a binary PPM file, the form of all expected pixels.
  static func image(_ name: String) throws -> RGBImage {
    let file = try bytes("\(name).ppm")
    let lines = file.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
    let size = String(decoding: lines[1], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    return try RGBImage(width: size[0], height: size[1], pixels: Array(lines[3]))
  }

  /// Every image file that decodes.
  static let validImages: [String] = jpegNames.map { "\($0).jpg" } + pngNames.map { "\($0).png" }

  /// The JPEG files that decode, without their extension.
  static let jpegNames =
    [
      "grey", "rgb444", "rgb440", "rgb422", "rgb420", "rgb411", "rgb410", "progressive", "restarts", "adobe-rgb",
      "cmyk", "ycck", "extraneous",
    ] + (1...8).map { "orientation\($0)" }

  /// The PNG files that decode, without their extension.
  static let pngNames = [
    "grey1", "grey2", "grey4", "grey8", "grey16", "grey8-interlaced", "grey-alpha8", "grey-alpha16", "rgb8", "rgb16",
    "rgb8-interlaced", "rgb16-interlaced", "rgb8-transparent", "rgb8-gamma", "rgb8-orientation6", "rgba8", "rgba16",
    "rgba8-interlaced", "palette1", "palette2", "palette4", "palette8", "palette4-transparent",
  ]
}

/// Decodes bytes held in an array.
func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
  try bytes.withUnsafeBytes { buffer in
    Result { () throws(ImageError) in try decodeImage(buffer) }
  }.get()
}

/// A small generator whose sequence depends on its seed alone.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    // An increment by an odd constant visits every state; the multiplications spread neighbouring states.
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
