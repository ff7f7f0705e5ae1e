import KernelInterface
import Testing

@testable import Kernels

/// The cost model that chooses kernels, and the fit of its constants.
struct CostModelTests {
  private static let samples: [(ConvolutionKernel, ConvolutionGeometry)] = CostSample.geometries.flatMap { geometry in
    ConvolutionKernel.all.filter { $0.algorithm != .depthwise && $0.supports(geometry) && $0.elementType == .fp32 }
      .map { ($0, geometry) }
  }

  /// Times that a model made are fitted by that model.
  @Test func theFitFindsTheConstantsThatMadeTheTimes() {
    let truth = CostModel { 2 + CostModel.inUse[$0] * 1.7 }
    let unit = 1e-9
    let samples = Self.samples.map { kernel, geometry in
      CostSample(kernel: kernel, geometry: geometry, seconds: truth.cost(CostCounts(kernel, geometry)) * unit)
    }
    let fitted = CostModel.fitted(to: samples, unit: unit)
    #expect((fitted.errors(on: samples, unit: unit).last ?? 1) < 0.01)
    #expect(fitted.regret(on: samples) < 1e-3)
    #expect(fitted.constants.allSatisfy { $0 >= 0 })
  }

  /// Every constant occurs in some sample, so every one can be measured.
  @Test func theGeometriesShowEveryTerm() {
    for term in CostTerm.allCases {
      #expect(Self.samples.contains { CostCounts($0.0, $0.1)[term] > 0 }, "\(term)")
    }
  }

  /// One 1×1 convolution counted by hand: 32 to 48 channels on 10×10.
  @Test func countsOfAPointwiseConvolution() {
    let geometry = ConvolutionGeometry(
      input: MapShape(channels: 32, height: 10, width: 10), outputChannels: 48, kernelHeight: 1, kernelWidth: 1)
    let counts = CostCounts(.gemm, geometry)
    #expect(counts[.multiplyAccumulate] == 3 * 32 * 100)
    #expect(counts[.weightVector] == 3 * 32)
    #expect(counts[.tileRow] == 3 * 100)
    #expect(counts[.packedElement] == 32 * 100)
    #expect(counts[.outputVector] == 3 * 100)
    #expect(counts[.scaledRow] == 0)
    let parts: [(Double, Double)] = [(1.05, 9600), (50, 96), (8, 300), (0.3, 3200), (20, 300)]
    let expected = parts.reduce(0.0) { $0 + $1.0 * $1.1 }
    #expect(abs(CostModel.inUse.cost(counts) - expected) < 1e-6)
  }
}
