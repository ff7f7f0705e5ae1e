import GelanCompiler
import JSON
import Kernels

/// What `gelan cost-model` measured, beside the constants in use.
struct CostReport {
  private let kernels: String
  private let samples: [CostSample]
  /// The seconds of one multiply-accumulate of a vector at the peak.
  private let unit: Double
  /// The multiply-accumulates a second at the peak.
  private let peak: Double
  private let fitted: CostModel

  init(_ instructions: InstructionSet, _ samples: [CostSample], unit: Double, peak: Double) {
    kernels = instructions.rawValue
    self.samples = samples
    self.unit = unit
    self.peak = peak
    fitted = CostModel.fitted(to: samples, unit: unit)
  }

  private func isMeasured(_ term: CostTerm) -> Bool { samples.contains { $0.counts[term] > 0 } }

  /// The median relative error of a model's predictions, the error that nine of ten stay within, and how much longer its
  /// choices take than the fastest kernels.
  private func quality(_ model: CostModel) -> (median: Double, most: Double, regret: Double) {
    let errors = model.errors(on: samples, unit: unit)
    guard !errors.isEmpty else { return (0, 0, 0) }
    return (errors[errors.count / 2], errors[errors.count * 9 / 10], model.regret(on: samples))
  }

  var text: String {
    let width = CostTerm.allCases.map(\.name.count).max() ?? 0
    let header = "constant".padded(to: width) + "    in use    fitted"
    let rows = CostTerm.allCases.map { term in
      let measured = isMeasured(term) ? decimal(fitted[term], places: 2) : "-"
      return term.name.padded(to: width)
        + "  \(decimal(CostModel.inUse[term], places: 2).padded(to: 8, onTheLeft: true))"
        + "  \(measured.padded(to: 8, onTheLeft: true))"
    }
    let qualities = [("in use", CostModel.inUse), ("fitted", fitted)].map { name, model in
      let quality = quality(model)
      return
        "\(name): median error \(percent(quality.median)), nine of ten within \(percent(quality.most)); its choices "
        + "take \(percent(quality.regret)) longer than the fastest kernels"
    }
    return
      ([
        "\(kernels), one thread, peak \(decimal(2 * peak / 1e9, places: 1)) GFLOP/s, \(samples.count) convolutions", "",
        header,
      ] + rows + [""] + qualities).joined(separator: "\n")
  }

  var json: JSONValue {
    func json(of model: CostModel) -> JSONValue {
      let quality = quality(model)
      return [
        "medianError": .number(quality.median), "ninthDecileError": .number(quality.most),
        "regret": .number(quality.regret),
      ]
    }
    let constants = CostTerm.allCases.map { term -> JSONValue in
      [
        "name": .string(term.name), "inUse": .number(CostModel.inUse[term]),
        "fitted": isMeasured(term) ? .number(fitted[term]) : .null,
      ]
    }
    return [
      "schema": 1, "kernels": .string(kernels), "threads": 1, "peakGFLOPS": .number(2 * peak / 1e9),
      "samples": .integer(samples.count), "constants": .array(constants), "inUse": json(of: .inUse),
      "fitted": json(of: fitted),
    ]
  }

  private func percent(_ part: Double) -> String { "\(decimal(100 * part, places: 1)) %" }
}
