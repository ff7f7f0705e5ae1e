import Testing

@testable import ONNX

/// The encoder compared with bytes written by hand from the description of the wire format.
@Suite struct ProtobufTests {
  private func encoded(_ fill: (inout ProtobufMessage) -> Void) -> [UInt8] {
    var message = ProtobufMessage()
    fill(&message)
    let bytes = message.pieces.flatMap { piece in
      if case .bytes(let bytes) = piece { bytes } else { [UInt8]() }
    }
    #expect(message.byteCount == bytes.count)
    return bytes
  }

  @Test func wholeNumbersAreVarints() {
    #expect(encoded { $0.add(1, integer: 0) } == [0x08, 0x00])
    #expect(encoded { $0.add(1, integer: 127) } == [0x08, 0x7F])
    #expect(encoded { $0.add(1, integer: 150) } == [0x08, 0x96, 0x01])
    #expect(encoded { $0.add(20, integer: 7) } == [0xA0, 0x01, 0x07])
    #expect(encoded { $0.add(3, integer: -1) } == [0x18] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
    #expect(encoded { $0.add(3, integer: .max) } == [0x18] + [UInt8](repeating: 0xFF, count: 8) + [0x7F])
    #expect(encoded { $0.add(3, integer: .min) } == [0x18] + [UInt8](repeating: 0x80, count: 9) + [0x01])
  }

  @Test func realsAreFourBytesAndTextsHaveALength() {
    #expect(encoded { $0.add(2, real: 1) } == [0x15, 0x00, 0x00, 0x80, 0x3F])
    #expect(encoded { $0.add(2, text: "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    #expect(encoded { $0.add(2, text: "") } == [0x12, 0x00])
    #expect(encoded { $0.add(2, text: "é") } == [0x12, 0x02, 0xC3, 0xA9])
    let long = encoded { $0.add(9, bytes: [UInt8](repeating: 5, count: 300)) }
    #expect(long == [0x4A, 0xAC, 0x02] + [UInt8](repeating: 5, count: 300))
  }

  @Test func messagesHoldMessages() {
    var inner = ProtobufMessage()
    inner.add(1, integer: 150)
    #expect(encoded { $0.add(3, message: inner) } == [0x1A, 0x03, 0x08, 0x96, 0x01])
    #expect(encoded { $0.add(3, message: ProtobufMessage()) } == [0x1A, 0x00])
  }

  @Test func weightsAreCountedBeforeTheyAreWritten() {
    var tensor = ProtobufMessage()
    tensor.add(1, integer: 2)
    tensor.add(9, weight: "w", count: 100)
    tensor.add(8, text: "n")
    #expect(
      tensor.pieces == [.bytes([0x08, 0x02, 0x4A, 0x90, 0x03]), .weight("w", count: 100), .bytes([0x42, 0x01, 0x6E])])
    #expect(tensor.byteCount == 408)
    var graph = ProtobufMessage()
    graph.add(5, message: tensor)
    graph.add(2, text: "g")
    #expect(
      graph.pieces == [
        .bytes([0x2A, 0x98, 0x03, 0x08, 0x02, 0x4A, 0x90, 0x03]), .weight("w", count: 100),
        .bytes([0x42, 0x01, 0x6E, 0x12, 0x01, 0x67]),
      ])
    #expect(graph.byteCount == 414)
  }

  @Test func sizesThatCannotBeCountedSaturate() {
    var message = ProtobufMessage()
    message.add(9, weight: "w", count: .max)
    message.add(9, weight: "v", count: 1)
    #expect(message.byteCount == .max)
  }
}
