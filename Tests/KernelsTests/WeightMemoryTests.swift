import Testing

@testable import Kernels

@Suite struct WeightMemoryTests {
  /// Weights of 48 and of 40 MiB do not fit one piece; those of a kilobyte lie in what the first has left.
  @Test func smallWeightsFillWhatLargerOnesLeave() throws {
    let memory = WeightMemory()
    let first = try #require(memory.allocate(12 << 20))
    let second = try #require(memory.allocate(10 << 20))
    let third = try #require(memory.allocate(250))
    let fourth = try #require(memory.allocate(250))
    #expect(third == first + (12 << 20))
    // Whole cache lines.
    #expect(fourth == third + 256)
    #expect(second + (10 << 20) <= first || second >= fourth + 250)
    for place in [first, second, third, fourth] { #expect(Int(bitPattern: place) % 64 == 0 && place.pointee == 0) }
  }

  @Test func refusesMoreThanTheMachineHas() {
    #expect(WeightMemory().allocate(1 << 44) == nil)
    #expect(WeightMemory().allocate(Int.max / 8) == nil)
  }
}
