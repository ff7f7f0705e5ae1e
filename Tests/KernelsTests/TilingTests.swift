import KernelInterface
import Testing

@testable import Kernels

/// How the columns of a product are divided into groups of vectors.
@Suite struct TilingTests {
  @Test(arguments: InstructionSet.available)
  func groupsCoverEveryVectorOnce(_ set: InstructionSet) {
    let limits = set.code.limits
    for vectors in 1...40 {
      let groups = limits.groups(ofVectors: vectors)
      var next = 0
      for group in 0..<groups.count {
        #expect(groups.start(of: group) == next)
        #expect((1...limits.vectors).contains(groups.width(of: group)), "\(vectors) vectors")
        next += groups.width(of: group)
        #expect(groups.vectors(of: 0..<group + 1) == 0..<next)
        #expect(groups.vectors(of: group..<group + 1) == groups.start(of: group)..<next)
      }
      #expect(next == vectors)
    }
  }

  @Test(arguments: [
    (1, ColumnGroups(count: 1, width: 1, lastWidth: 1)), (2, ColumnGroups(count: 1, width: 2, lastWidth: 2)),
    (3, ColumnGroups(count: 1, width: 2, lastWidth: 3)), (4, ColumnGroups(count: 2, width: 2, lastWidth: 2)),
    (5, ColumnGroups(count: 2, width: 2, lastWidth: 3)), (16, ColumnGroups(count: 8, width: 2, lastWidth: 2)),
  ])
  func tilesOfThreeVectorsTakeTwoAtATime(_ vectors: Int, _ groups: ColumnGroups) {
    #expect(TileLimits(rowsOfOne: 14, ofTwo: 14, ofThree: 9, paired: 16).groups(ofVectors: vectors) == groups)
    #expect(
      TileLimits(rowsOfOne: 6, paired: 3).groups(ofVectors: vectors)
        == ColumnGroups(count: vectors, width: 1, lastWidth: 1))
  }

  @Test func everySetSaysWhichItIs() {
    for set in InstructionSet.available {
      #expect(set.code.name == set.rawValue)
      #expect(set.code.limits.rows.dropFirst().allSatisfy { $0 > 0 })
    }
    #expect(InstructionSet.available.contains(.baseline))
    #expect(InstructionSet.best >= InstructionSet.available.filter { $0 != .avx512paired }.max()!)
    #expect(InstructionSet.allCases.sorted() == [.baseline, .avx2, .avx512, .avx512paired])
  }

  /// CPUID's words of some processors.
  @Test(arguments: [
    ("AuthenticAMD", 0x00A1_0F11, true),  // Zen 4, family 19h
    ("AuthenticAMD", 0x0083_0F10, true),  // Zen 2, family 17h
    ("AuthenticAMD", 0x0060_0F12, false),  // Bulldozer, family 15h
    ("GenuineIntel", 0x0008_06F8, false),  // Sapphire Rapids
  ])
  func knowsWhichProcessorsAddBesideMultiplying(_ vendor: String, _ version: UInt32, _ adds: Bool) {
    let words = [0, 4, 8].map { first in
      vendor.utf8.dropFirst(first).prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    // EBX, EDX and ECX hold the name, in this order.
    let registers: [UInt32] = [0, words[0], words[2], words[1]]
    #expect(processorAddsBesideMultiplying(vendor: registers, version: version) == adds)
  }

  /// Strips and tiles reach every pixel, whatever the size and the threads, and scratch memory suffices for all of them.
  @Test func workIsDividedWithoutRemainder() {
    for (height, width) in [(1, 1), (3, 5), (20, 20), (80, 81), (320, 7)] {
      for channels in [3, 16, 200, 700] {
        let geometry = ConvolutionGeometry(
          input: MapShape(channels: channels, height: height, width: width), outputChannels: 48, kernelHeight: 3,
          kernelWidth: 3, verticalPadding: 1, horizontalPadding: 1)
        for threads in [1, 2, 3, 16] {
          for set in InstructionSet.available {
            let limits = set.code.limits
            let groups = limits.groups(ofVectors: 3)
            let product = ProductLayout(geometry, .product, inputs: [channels], pixelStride: 16)
            let strips = ProductTiling(
              product, pixels: height * width, groups: groups, limits: limits, isPaired: threads == 2, threads: threads)
            #expect(strips.strips >= 1 && strips.strips <= height * width)
            #expect(strips.capacity * strips.strips >= height * width && (1...groups.count).contains(strips.parts))
            #expect(
              strips.scratchCount == threads * (strips.panelCount + strips.balanceCount) && strips.panelCount % 16 == 0)
            for tile in WinogradTile.allCases {
              let kernel: ConvolutionKernel = tile == .four ? .winograd4 : .winograd6
              let layout = ProductLayout(geometry, kernel, inputs: [channels], pixelStride: 16)
              let tiling = WinogradTiling(
                tile, layout, geometry, groups: groups, isPaired: threads == 2, threads: threads)
              #expect(tiling.tilesAcross * tile.outputs >= width && tiling.blocks <= tiling.tileCount)
              #expect(tiling.blocks >= 1 && tiling.capacity * tiling.blocks >= tiling.tileCount)
              #expect((1...groups.count).contains(tiling.parts) && tiling.chunkGroups >= 1)
            }
          }
        }
      }
    }
  }
}
