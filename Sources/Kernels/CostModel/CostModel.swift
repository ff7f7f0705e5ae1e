import Elements
import KernelInterface

/// One kind of work that a convolution kernel does. Costs are in the time of one multiply-accumulate of sixteen lanes at
/// the processor's peak.
package enum CostTerm: Int, CaseIterable, Sendable {
  /// A multiply-accumulate of a vector in a GEMM; with Winograd's inner product sixteen count as eleven.
  case multiplyAccumulate
  /// A vector of weights, which comes from memory once in a run.
  case weightVector
  /// A row of a register tile: a pixel or a Winograd tile, by a vector of output channels.
  case tileRow
  /// Operand scaling for Winograd's inner product: an element of a row of the left operand.
  case scaledElement
  /// Operand scaling for Winograd's inner product: a row of the left operand.
  case scaledRow
  /// An element that im2col copies into a packed panel.
  case packedElement
  /// Bias and activation of a vector of outputs behind a GEMM that is no Winograd point.
  case outputVector
  /// The transforms of a Winograd tile: a vector of its input channels, a vector of its output channels.
  case inputTransform4, outputTransform4
  case inputTransform6, outputTransform6
  case inputTransformStrided2, outputTransformStrided2
  case inputTransformStrided4, outputTransformStrided4

  /// Its name in reports.
  package var name: String {
    switch self {
    case .multiplyAccumulate: "multiply-accumulate"
    case .weightVector: "weight vector"
    case .tileRow: "register tile row"
    case .scaledElement: "scaled element"
    case .scaledRow: "scaled row"
    case .packedElement: "packed element"
    case .outputVector: "output vector"
    case .inputTransform4: "input transform F(4x4)"
    case .outputTransform4: "output transform F(4x4)"
    case .inputTransform6: "input transform F(6x6)"
    case .outputTransform6: "output transform F(6x6)"
    case .inputTransformStrided2: "input transform strided F(2x2)"
    case .outputTransformStrided2: "output transform strided F(2x2)"
    case .inputTransformStrided4: "input transform strided F(4x4)"
    case .outputTransformStrided4: "output transform strided F(4x4)"
    }
  }

  /// The terms of a tile's transforms.
  fileprivate static func transforms(of tile: WinogradTile) -> (input: CostTerm, output: CostTerm) {
    switch tile {
    case .four: (.inputTransform4, .outputTransform4)
    case .six: (.inputTransform6, .outputTransform6)
    case .stridedTwo: (.inputTransformStrided2, .outputTransformStrided2)
    case .stridedFour: (.inputTransformStrided4, .outputTransformStrided4)
    }
  }
}

/// What each term of a convolution's cost takes: a kernel's estimated time is the sum of its counts by these constants.
package struct CostModel: Sendable, Hashable {
  /// By `CostTerm.rawValue`.
  package var constants: [Double]

  package init(_ constant: (CostTerm) -> Double) {
    constants = CostTerm.allCases.map(constant)
  }

  package subscript(term: CostTerm) -> Double { constants[term.rawValue] }

  /// The constants in use. They were measured on one core of processors with AVX-512; other processors differ, and
  /// `gelan cost-model` prints by how much.
  package static let inUse = CostModel { term in
    switch term {
    case .multiplyAccumulate: 1.05
    case .weightVector: 50
    case .tileRow: 8
    case .scaledElement: 0.5
    case .scaledRow: 30
    case .packedElement: 0.3
    case .outputVector: 20
    case .inputTransform4: 290
    case .outputTransform4: 390
    case .inputTransform6: 520
    case .outputTransform6: 840
    case .inputTransformStrided2: 180
    case .outputTransformStrided2: 130
    case .inputTransformStrided4: 610
    case .outputTransformStrided4: 520
    }
  }

  /// The estimated cost of a kernel, in multiply-accumulates of a vector at the processor's peak.
  package func cost(_ counts: CostCounts) -> Double {
    zip(constants, counts.counts).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

/// How often each term of the cost model occurs in one convolution.
package struct CostCounts: Sendable, Hashable {
  /// By `CostTerm.rawValue`.
  package private(set) var counts = [Double](repeating: 0, count: CostTerm.allCases.count)

  package subscript(term: CostTerm) -> Double { counts[term.rawValue] }

  /// - Parameters:
  ///   - kernel: a kernel that supports the geometry and is not depthwise
  package init(_ kernel: ConvolutionKernel, _ geometry: ConvolutionGeometry) {
    let inputs = Double(geometry.inputChannels / geometry.groups)
    let lanes = Double(laneCount)
    let vectors = (Double(geometry.outputChannels / geometry.groups) / lanes).rounded(.up)
    guard let tile = kernel.tile else {
      let depth = inputs * Double(geometry.kernelHeight * geometry.kernelWidth)
      let rows = Double(geometry.outputShape.planeCount)
      addGEMM(kernel, inputs: inputs, depth: depth, rows: rows, vectors: vectors)
      add(.packedElement, rows * depth)
      add(.outputVector, rows * vectors)
      return
    }
    let side = tile.outputs
    let tiles = Double(
      (geometry.outputHeight + side - 1) / side * ((geometry.outputWidth + side - 1) / side))
    for _ in 0..<tile.points { addGEMM(kernel, inputs: inputs, depth: inputs, rows: tiles, vectors: vectors) }
    let transforms = CostTerm.transforms(of: tile)
    add(transforms.input, tiles * (inputs / lanes).rounded(.up))
    add(transforms.output, tiles * vectors)
  }

  private mutating func add(_ term: CostTerm, _ count: Double) { counts[term.rawValue] += count }

  private mutating func addGEMM(
    _ kernel: ConvolutionKernel, inputs: Double, depth: Double, rows: Double, vectors: Double
  ) {
    // Winograd's inner product makes sixteen elements of depth in the time of eleven, in whole blocks; bf16 two at a time.
    let lanes = Double(laneCount)
    let whole = kernel.isPaired ? (inputs / lanes).rounded(.down) * lanes / inputs : 0
    let dots = (depth / Double(kernel.elementType.dotLength)).rounded(.up)
    add(.multiplyAccumulate, vectors * rows * dots * (1 - whole * 5 / 16))
    add(.weightVector, vectors * dots)
    add(.tileRow, vectors * rows)
    if kernel.isPaired {
      add(.scaledElement, rows * depth)
      add(.scaledRow, rows)
    }
  }
}
