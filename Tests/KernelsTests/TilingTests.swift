import KernelInterface
import Testing

@testable import Kernels

/// How the columns of a GEMM are divided into groups of vectors.
@Suite struct TilingTests {
  @Test(arguments: InstructionSet.available)
  func groupsCoverEveryVectorOnce(_ set: InstructionSet) {
    let tile = set.microkernels.build(for: .fp32).registerTile
    for vectors in 1...40 {
      let groups = tile.groups(ofVectors: vectors)
      var next = 0
      for group in 0..<groups.count {
        #expect(groups.start(of: group) == next)
        #expect((1...tile.vectors).contains(groups.width(of: group)), "\(vectors) vectors")
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
    #expect(
      RegisterTile(rowsOfOne: 14, rowsOfTwo: 14, rowsOfThree: 9, innerProductRows: 16).groups(ofVectors: vectors)
        == groups)
    #expect(
      RegisterTile(rowsOfOne: 6, innerProductRows: 3).groups(ofVectors: vectors)
        == ColumnGroups(count: vectors, width: 1, lastWidth: 1))
  }

  @Test func everySetSaysWhichItIs() {
    for set in InstructionSet.available {
      #expect(set.microkernels.name == set.rawValue)
      let tile = set.microkernels.build(for: .fp32).registerTile
      #expect((1...tile.vectors).allSatisfy { tile.rows(ofVectors: $0) > 0 } && tile.innerProductRows > 0)
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
  func knowsWhichProcessorsHaveASeparateAddPipe(_ vendor: String, _ version: UInt32, _ adds: Bool) {
    let words = [0, 4, 8].map { first in
      vendor.utf8.dropFirst(first).prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    // EBX, EDX and ECX hold the name, in this order.
    let registers: [UInt32] = [0, words[0], words[2], words[1]]
    #expect(processorHasSeparateAddPipe(vendor: registers, version: version) == adds)
  }

  /// Strips and tiles reach every pixel, whatever the size and the threads, and scratch memory suffices for all of them.
  @Test func workIsDividedWithoutRemainder() {
    for (height, width) in [(1, 1), (3, 5), (20, 20), (80, 81), (320, 7)] {
      for channels in [3, 16, 200, 700] {
        for stride in [1, 2] {
          let geometry = ConvolutionGeometry(
            input: MapShape(channels: channels, height: height, width: width), outputChannels: 48, kernelHeight: 3,
            kernelWidth: 3, stride: stride, verticalPadding: 1, horizontalPadding: 1)
          for threads in [1, 2, 3, 16] {
            for set in InstructionSet.available {
              for arithmetic in ConvolutionKernel.Arithmetic.allCases {
                checkDivision(
                  geometry, channels, set.microkernels.build(for: .fp32).registerTile, arithmetic: arithmetic,
                  threads: threads)
              }
            }
          }
        }
      }
    }
  }

  /// The channels of a block.
  private func width(_ arithmetic: ConvolutionKernel.Arithmetic) -> Int { arithmetic == .bf16 ? 32 : 16 }

  /// Only AVX-512 has instructions for bf16, and not on every processor.
  @Test(arguments: InstructionSet.allCases) func multipliesBF16WhereThereAreMicrokernels(_ set: InstructionSet) {
    #expect(set.supports(.fp32))
    #expect(!set.supports(.bf16) || set >= .avx512 && set.isAvailable)
    if set.isAvailable {
      #expect(set.microkernels[.fp32]?.operands == .fp32)
      #expect((set.microkernels[.bf16]?.operands == .bf16) == set.supports(.bf16))
    }
  }

  private func checkDivision(
    _ geometry: ConvolutionGeometry, _ channels: Int, _ registerTile: RegisterTile,
    arithmetic: ConvolutionKernel.Arithmetic,
    threads: Int
  ) {
    let isPaired = arithmetic == .paired
    let pixels = geometry.outputShape.planeCount
    let groups = registerTile.groups(ofVectors: 3, byInnerProduct: isPaired)
    #expect(!isPaired || groups == ColumnGroups(count: 3, width: 1, lastWidth: 1))
    func layout(_ algorithm: ConvolutionKernel.Algorithm) -> GEMMLayout {
      let kernel = ConvolutionKernel(algorithm: algorithm, arithmetic: arithmetic)
      return GEMMLayout(geometry, kernel, inputs: [channels], isDense: true)
    }
    let gemm = layout(.gemm)
    let strips = GEMMTiling(
      gemm, pixels: pixels, groups: groups, registerTile: registerTile, isPaired: isPaired, threads: threads)
    #expect(strips.strips >= 1 && strips.strips <= pixels)
    #expect(strips.capacity * strips.strips >= pixels && (1...groups.count).contains(strips.parts))
    #expect(strips.panelBytes >= strips.capacity * gemm.depths.count * 64 && strips.panelBytes % 64 == 0)
    // A correction and a scale for each row; rows are looked at four at a time.
    #expect(strips.termBytes >= (isPaired ? 8 * strips.capacity : 0) && strips.termBytes % 64 == 0)
    #expect(strips.scaledRows > 0 && strips.scaledRows % 4 == 0)
    #expect(strips.scratchBytes >= threads * (strips.panelBytes + strips.termBytes))
    for tile in WinogradTile.allCases where tile.stride == geometry.stride {
      let algorithm = ConvolutionKernel.all.first { $0.tile == tile }?.algorithm ?? .gemm
      let layout = layout(algorithm)
      #expect(layout.depths.count == (channels + width(arithmetic) - 1) / width(arithmetic))
      let tiling = WinogradTiling(tile, layout, geometry, groups: groups, isPaired: isPaired, threads: threads)
      #expect(tiling.tilesAcross * tile.outputs >= geometry.outputWidth && tiling.blocks <= tiling.tileCount)
      #expect(tiling.blocks >= 1 && tiling.capacity * tiling.blocks >= tiling.tileCount)
      #expect((1...groups.count).contains(tiling.parts) && tiling.chunkGroups >= 1)
      #expect(tiling.termBytes >= (isPaired ? 8 * tiling.capacity : 0) && tiling.termBytes % 64 == 0)
      #expect(tiling.scaledTiles > 0 && tiling.scaledTiles % 4 == 0)
      let used = tiling.transformedBytes + tiling.productBytes + tile.points * tiling.termBytes
      #expect(tiling.slotBytes >= used + 2 * tile.points * 64 && tiling.scratchBytes >= threads * tiling.slotBytes)
      #expect(tiling.slotBytes % 64 == 0)
    }
  }
}
