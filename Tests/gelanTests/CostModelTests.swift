import Kernels
import TestSupport
import Testing

/// `gelan cost-model`: the structure of what it prints; times are no test's business.
@Suite(.serialized) struct CostModelCommandTests {
  @Test func theObjectNamesEveryConstant() throws {
    let result = try Tool.run("cost-model", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let object = try #require(try result.objects.first)
    #expect(object["kernels"] as? String == InstructionSet.best.rawValue)
    #expect((object["peakGFLOPS"] as? Double ?? 0) > 0)
    let constants = try #require(object["constants"] as? [[String: Any]])
    #expect(constants.compactMap { $0["name"] as? String } == CostTerm.allCases.map(\.name))
    for constant in constants {
      #expect((constant["inUse"] as? Double ?? -1) > 0)
      if let fitted = constant["fitted"] as? Double { #expect(fitted >= 0 && fitted.isFinite) }
    }
    for model in ["inUse", "fitted"] {
      let quality = try #require(object[model] as? [String: Double])
      #expect(quality.keys.sorted() == ["medianError", "ninthDecileError", "regret"])
      #expect(quality.values.allSatisfy { $0 >= 0 && $0.isFinite })
    }
  }
}
