import Testing

@testable import Kernels
@testable import Runtime

@Suite struct MemoryBudgetTests {
  /// Either of the two would fit alone; the memory of neither is ever touched.
  @Test func allTogetherTakeNoMoreThanTheMachineHas() throws {
    let count = MemoryBudget.total / MemoryLayout<Float>.stride / 10 * 6
    func second() throws(ModelError) -> Int { try AlignedFloats(count: count, for: "the maps").count }
    do {
      let first = try AlignedFloats(count: count, for: "the tensors")
      let error = #expect(throws: ModelError.self) { try second() }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("the maps need \(count >> 18) MiB of memory, "), "\(text)")
      #expect(text.contains(" the machine has \(MemoryBudget.total >> 20), of which gelan uses "), "\(text)")
      #expect(WeightMemory().allocate(count) == nil)
      #expect(first.count == count)
    }
    #expect(try second() == count)
    #expect(WeightMemory().allocate(count) != nil)
  }
}
