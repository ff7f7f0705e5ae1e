import ModelIR

extension ModelDifference.Costs {
  private init(training: ModelReport.Cost, stripped: ModelReport.Cost, inference: ModelReport.Cost) {
    self.init()
    (self.training, self.stripped, self.inference) = (training, stripped, inference)
  }

  init(_ row: ModelReport.RowReport?) {
    let nothing = ModelReport.Cost()
    self.init(
      training: row?.training ?? nothing, stripped: row?.stripped ?? nothing, inference: row?.inference ?? nothing)
  }

  package init(_ report: ModelReport) {
    self.init(training: report.training, stripped: report.stripped, inference: report.inference)
  }

  init(sumOf rows: [ModelReport.RowReport]) {
    self.init(
      training: .sum(of: rows.map(\.training)), stripped: .sum(of: rows.map(\.stripped)),
      inference: .sum(of: rows.map(\.inference)))
  }

  static func - (left: Self, right: Self) -> Self {
    Self(
      training: left.training - right.training, stripped: left.stripped - right.stripped,
      inference: left.inference - right.inference)
  }
}

extension ModelReport.Cost {
  fileprivate static func sum(of costs: [Self]) -> Self {
    Self(parameters: saturatingSum(costs.map(\.parameters)), flops: saturatingSum(costs.map(\.flops)))
  }

  /// The difference of two costs. Both are non-negative, so it fits.
  fileprivate static func - (left: Self, right: Self) -> Self {
    Self(parameters: left.parameters - right.parameters, flops: left.flops - right.flops)
  }
}
