import Evaluation
import Foundation
import TestSupport
import Testing

/// Damaged files are refused or read as something else, and never end the program.
@Suite struct DamagedFileTests {
  private static let numbers = ["1e308", "-1", "9223372036854775807", "1e-320", "null", "\"x\"", "[]"]

  /// The bytes with some replaced, taken out or repeated, or a number in place of another.
  private func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<random.integer(in: 1...3) where !bytes.isEmpty {
      let place = random.integer(in: 0...bytes.count - 1)
      let end = min(bytes.count, place + random.integer(in: 0...12))
      switch random.integer(in: 0...3) {
      case 0: bytes[place] = UInt8(random.integer(in: 0...255))
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: bytes.replaceSubrange(place..<min(end, place + 3), with: Array(random.pick(Self.numbers).utf8))
      }
    }
    return bytes
  }

  @Test func annotationsAndResults() throws {
    let folder = Fixtures.folder.appendingPathComponent("evaluation")
    let annotations = Array(try Data(contentsOf: folder.appendingPathComponent("annotations.json")))
    let results = Array(try Data(contentsOf: folder.appendingPathComponent("detections.json")).prefix(2000)) + [0x5D]
    var random = SeededGenerator(seed: 1)
    var readable = 0
    for _ in 0..<1500 {
      if let set = try? readCOCOAnnotations(damaged(annotations, &random)) {
        readable += 1
        let images = set.images.map { AnnotatedImage(objects: $0.objects(size: ImageSize(width: 1, height: 1))) }
        let figures = Evaluation(images, classCount: set.classNames?.count ?? 0)
        #expect(figures.summary.count == 12)
      }
      _ = try? readCOCOResults(damaged(results, &random))
    }
    #expect(readable > 0)
  }

  @Test func labels() throws {
    let text = Array("0 0.5 0.25 1 0.125\n12 0.1 0.2 0.3 0.4 0.5 0.6\n".utf8)
    var random = SeededGenerator(seed: 2)
    var readable = 0
    for _ in 0..<5000 where (try? readYOLOLabels(damaged(text, &random), classCount: 80)) != nil { readable += 1 }
    #expect(readable > 0)
  }
}
