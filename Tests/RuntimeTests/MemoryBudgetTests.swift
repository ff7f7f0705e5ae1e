import Testing

@testable import Kernels
@testable import Runtime

@Suite struct MemoryBudgetTests {
  /// Either of the two would fit alone; the memory of neither is ever touched.
  @Test func allTogetherTakeNoMoreThanTheMachineHas() throws {
    let byteCount = MemoryBudget.total / 40 * 24
    func second() throws(ModelError) -> Int { try AlignedMemory(byteCount: byteCount, for: "the maps").byteCount }
    do {
      let first = try AlignedMemory(byteCount: byteCount, for: "the tensors")
      let error = #expect(throws: ModelError.self) { try second() }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("the maps need \(byteCount >> 20) MiB of memory, "), "\(text)")
      #expect(text.contains(" the machine has \(MemoryBudget.total >> 20), of which gelan uses "), "\(text)")
      #expect(WeightMemory().allocate(byteCount) == nil)
      #expect(first.byteCount == byteCount)
    }
    #expect(try second() == byteCount)
    #expect(WeightMemory().allocate(byteCount) != nil)
  }
}
