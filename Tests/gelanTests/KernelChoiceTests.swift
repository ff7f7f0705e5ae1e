import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// `--kernels` and GELAN_KERNELS: which instruction set plans are run with.
@Suite struct KernelChoiceTests {
  private static let model = "Tests/Fixtures/golden/mini-c.yaml"

  @Test(arguments: InstructionSet.allCases) func eachSetIsUsedOrRefused(_ set: InstructionSet) throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run("compile", Self.model, "--random-weights", "7", "--input", "64", "-o", plan)
      let bench = ["bench", plan, "--repeat", "1", "--json"]
      let results = [
        try Tool.run(bench + ["--kernels", set.rawValue]),
        try Tool.run(bench, environment: ["GELAN_KERNELS": set.rawValue]),
      ]
      for result in results {
        if set.isAvailable {
          #expect(try result.objects.first?["kernels"] as? String == set.rawValue, "\(result.errors)")
        } else {
          #expect(result.status == 2)
          #expect(result.errors.contains("cannot run \(set.rawValue) kernels, but \(InstructionSet.baseline.rawValue)"))
        }
      }
      let both = try Tool.run(bench + ["--kernels", "baseline"], environment: ["GELAN_KERNELS": set.rawValue])
      #expect(try both.objects.first?["kernels"] as? String == "baseline")
    }
  }

  @Test func theBestIsUsedUnlessAnotherIsAskedFor() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run("compile", Self.model, "--random-weights", "7", "--input", "64", "-o", plan)
      let bench = ["bench", plan, "--repeat", "1", "--json"]
      let result = try Tool.run(bench, environment: ["GELAN_KERNELS": ""])
      #expect(try result.objects.first?["kernels"] as? String == InstructionSet.best.rawValue)
      let wrong = try Tool.run(bench, environment: ["GELAN_KERNELS": "baselin"])
      #expect(
        wrong.status == 2
          && wrong.errors.contains("GELAN_KERNELS is one of baseline, avx2, avx512, avx512-paired, not 'baselin'"))
      #expect(wrong.errors.contains("did you mean 'baseline'?"))
    }
  }

  /// In bf16 where the processor has it; elsewhere, and with kernels that have not, that is said.
  @Test func thePrecisionIsUsedOrRefused() throws {
    try withTemporaryFolder { folder in
      let golden = Fixtures.folder.appendingPathComponent("golden/mini-c").path
      let picture = Fixtures.folder.appendingPathComponent("images/street.png").path
      _ = try Tool.run(
        ["compile", "\(golden).yaml", "--weights", "\(golden).weights.safetensors", "-o", "m.plan"], in: folder)
      let run = ["run", "m.plan", "--inputs", "\(golden).io.safetensors", "--outputs"]
      let bench = ["bench", "m.plan", "--repeat", "1", "--json"]
      #expect(try Tool.run(bench, in: folder).objects.first?["precision"] as? String == "fp32")
      _ = try Tool.run(run + ["fp32"], in: folder)
      let explicit = try Tool.run(run + ["same", "--precision", "fp32"], in: folder)
      #expect(explicit.status == 0)
      func output(_ name: String) throws -> [Float] {
        try TensorFile(path: folder.appendingPathComponent(name).path).tensor("output0").values
      }
      #expect(try output("fp32") == output("same"))

      let commands = [run + ["bf16"], bench, ["detect", "m.plan", picture, "--json"]]
      for command in commands {
        let result = try Tool.run(command + ["--precision", "bf16"], in: folder)
        if InstructionSet.best.supports(.bf16) {
          #expect(result.status == 0, "\(command[0]): \(result.errors)")
        } else {
          #expect(result.status == 2 && result.errors.contains("those with AVX512-BF16 have"), "\(result.errors)")
        }
        let baseline = try Tool.run(command + ["--precision", "bf16", "--kernels", "baseline"], in: folder)
        #expect(baseline.status == 2 && baseline.errors.contains("--precision: "), "\(baseline.errors)")
        let wrong = try Tool.run(command + ["--precision", "fp23"], in: folder)
        #expect(wrong.status == 2 && wrong.errors.contains("--precision is one of fp32, bf16, not 'fp23'"))
      }
      guard InstructionSet.best.supports(.bf16) else { return }
      #expect(
        try Tool.run(bench + ["--precision", "bf16"], in: folder).objects.first?["precision"] as? String == "bf16")
      let layers = try Tool.run(bench + ["--precision", "bf16", "--layers"], in: folder).objects.first?["kinds"]
      let kinds = try #require(layers as? [[String: Any]])
      #expect(kinds.contains { ($0["kind"] as? String)?.hasPrefix("bf16-") == true })
      let (exact, rounded) = (try output("fp32"), try output("bf16"))
      #expect(exact.count == rounded.count && exact != rounded)
    }
  }

  /// The commands that run plans take the option and come to the same result, whatever the kernels.
  @Test func everyCommandThatRunsPlansTakesIt() throws {
    try withTemporaryFolder { folder in
      let golden = Fixtures.folder.appendingPathComponent("golden/mini-c").path
      let picture = Fixtures.folder.appendingPathComponent("images/street.png").path
      var outputs: [[Float]] = []
      for set in InstructionSet.available {
        let choice = ["--kernels", set.rawValue]
        let compiled = try Tool.run(
          ["compile", "\(golden).yaml", "--weights", "\(golden).weights.safetensors", "-o", "m.plan"] + choice,
          in: folder)
        #expect(compiled.status == 0 && compiled.output.contains("largest difference"), "\(compiled.errors)")
        let run = try Tool.run(
          ["run", "m.plan", "--inputs", "\(golden).io.safetensors", "--outputs", "out"] + choice, in: folder)
        #expect(run.status == 0, "\(run.errors)")
        outputs.append(try TensorFile(path: folder.appendingPathComponent("out").path).tensor("output0").values)
        let detected = try Tool.run(
          ["detect", "m.plan", picture, "--json", "--conf", "0.0001", "--max-detections", "3"] + choice, in: folder)
        #expect(try (detected.objects.first?["detections"] as? [Any])?.count == 3, "\(detected.errors)")
      }
      for values in outputs {
        #expect(values.count == outputs[0].count)
        // Boxes of a small image, so a few units in the last place.
        #expect(zip(values, outputs[0]).allSatisfy { ($0 - $1).magnitude < 1e-3 })
      }
      for words in [["detect", "m.plan", picture], ["val", "m.plan", "--data", "."], ["compile", "\(golden).yaml"]] {
        let wrong = try Tool.run(
          words + (words[0] == "compile" ? ["-o", "x.plan", "--random-weights", "1"] : []) + ["--kernels", "avx3"],
          in: folder)
        #expect(wrong.status == 2 && wrong.errors.contains("not 'avx3'"), "\(words[0]): \(wrong.errors)")
      }
    }
  }
}
