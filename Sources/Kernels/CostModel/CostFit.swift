extension CostModel {
  /// The constants that predict measured times best: least squares of the relative errors, none below zero.
  ///
  /// - Parameters:
  ///   - samples: measured times; a term that none of them has keeps its constant of `start`
  ///   - unit: the seconds of one multiply-accumulate of a vector at the processor's peak
  ///   - start: where the search begins
  package static func fitted(to samples: [CostSample], unit: Double, from start: CostModel = .inUse) -> CostModel {
    // Each row is divided by its measured time, so the right-hand side is 1.
    let rows = samples.map { sample in sample.counts.counts.map { $0 * unit / sample.seconds } }
    var model = start
    var residuals = rows.map { row in 1 - zip(row, model.constants).reduce(0) { $0 + $1.0 * $1.1 } }
    let norms = CostTerm.allCases.map { term in rows.reduce(0) { $0 + $1[term.rawValue] * $1[term.rawValue] } }
    // Coordinate descent: the problem is convex, and each step solves it exactly for one constant.
    for _ in 0..<2000 {
      for term in CostTerm.allCases.map(\.rawValue) where norms[term] > 0 {
        let slope = zip(rows, residuals).reduce(0) { $0 + $1.0[term] * $1.1 }
        let change = max(slope / norms[term], -model.constants[term])
        guard change != 0 else { continue }
        model.constants[term] += change
        for index in rows.indices { residuals[index] -= rows[index][term] * change }
      }
    }
    return model
  }

  /// The relative errors of the predictions, |predicted - measured| / measured, from the smallest.
  package func errors(on samples: [CostSample], unit: Double) -> [Double] {
    samples.map { abs(cost($0.counts) * unit / $0.seconds - 1) }.sorted()
  }

  /// How much longer the kernels take that this model chooses than the fastest ones, over all geometries of the samples.
  package func regret(on samples: [CostSample]) -> Double {
    let byGeometry = Dictionary(grouping: samples, by: \.geometry).values
    let chosen = byGeometry.reduce(0) { sum, samples in
      sum + (samples.min { cost($0.counts) < cost($1.counts) }?.seconds ?? 0)
    }
    let fastest = byGeometry.reduce(0) { sum, samples in sum + (samples.map(\.seconds).min() ?? 0) }
    return fastest > 0 ? chosen / fastest - 1 : 0
  }
}
