import Compiler

/// What a model costs: for each row and in total, for training as written, without the auxiliary branch, and as a plan
/// runs it.
///
/// FLOPs are two per multiply-accumulate of the convolutions, biases not counted: the convention of the published tables.
public struct CostReport: Sendable, Hashable {
  public struct Cost: Sendable, Hashable {
    /// The number of elements of all trained tensors, and of the frozen projection of each detection head.
    public let parameters: Int
    /// For one image of the model's input size.
    public let flops: Int
  }

  /// Which outputs a row contributes to.
  public enum Branch: String, Sendable, Hashable {
    case main, auxiliary
    /// Both.
    case shared
    /// Neither.
    case dead
  }

  public struct Row: Sendable, Hashable {
    /// From zero, as tensors are numbered: `model.4.…`.
    public let index: Int
    public let name: String
    /// The name of the block, such as `RepNCSPELAN4`.
    public let block: String
    public let branch: Branch
    /// As written.
    public let training: Cost
    /// What a plan runs of it.
    public let inference: Cost
    /// The shapes of its results for one image: 1, channels, height, width.
    public let shapes: [[Int]]
  }

  public let name: String
  /// The height of the input, in pixels.
  public let inputHeight: Int
  /// The width of the input, in pixels.
  public let inputWidth: Int
  /// The names of the classes, by their index.
  public let classNames: [String]
  /// The pixels of the input for each cell of a level of the main output.
  public let strides: [Double]
  public let rows: [Row]
  /// As written.
  public let training: Cost
  /// Without the auxiliary branch.
  public let stripped: Cost
  /// Without the auxiliary branch and fused: what a plan runs.
  public let inference: Cost
}

extension CostReport {
  init(_ report: ModelReport) {
    self.init(
      name: report.name, inputHeight: report.inputHeight, inputWidth: report.inputWidth,
      classNames: report.classNames, strides: report.strides,
      rows: report.rows.map { row in
        Row(
          index: row.index, name: row.row.name, block: row.row.block, branch: Branch(row.branch),
          training: Cost(row.training), inference: Cost(row.inference), shapes: row.shapes)
      },
      training: Cost(report.training), stripped: Cost(report.stripped), inference: Cost(report.inference))
  }
}

extension CostReport.Cost {
  init(_ cost: ModelReport.Cost) { self.init(parameters: cost.parameters, flops: cost.flops) }
}

extension CostReport.Branch {
  init(_ branch: ModelReport.Branch) {
    self =
      switch branch {
      case .main: .main
      case .auxiliary: .auxiliary
      case .shared: .shared
      case .dead: .dead
      }
  }
}
