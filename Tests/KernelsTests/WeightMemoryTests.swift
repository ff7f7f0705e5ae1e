import Testing

@testable import Kernels

@Suite struct WeightMemoryTests {
  /// Weights of 48 and of 40 MiB do not fit one piece; those of a kilobyte lie in what the first has left.
  @Test func smallWeightsFillWhatLargerOnesLeave() throws {
    let memory = WeightMemory()
    let first = try #require(memory.allocate(48 << 20))
    let second = try #require(memory.allocate(40 << 20))
    let third = try #require(memory.allocate(1000))
    let fourth = try #require(memory.allocate(1000))
    #expect(third == first + (48 << 20))
    // Whole cache lines.
    #expect(fourth == third + 1024)
    #expect(second + (40 << 20) <= first || second >= fourth + 1000)
    for place in [first, second, third, fourth] {
      #expect(Int(bitPattern: place) % 64 == 0 && place.load(as: Float.self) == 0)
    }
  }

  @Test func refusesMoreThanTheMachineHas() {
    #expect(WeightMemory().allocate(1 << 46) == nil)
    #expect(WeightMemory().allocate(Int.max / 2) == nil)
  }
}
