import Foundation
import GelanRuntime
import TestSupport
import Testing

/// `bench --layers`: where the time goes, and how far it is from what the machine could do.
@Suite struct LayerReportTests {
  @Test func layersAddUpToTheWhole() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      let model = "models-yaml/gelan-t.yaml"
      // Rewrites for our own kernels may save FLOPs.
      _ = try Tool.run("compile", model, "--random-weights", "7", "--input", "320", "--portable", "-o", plan)
      let bench = try Tool.run("bench", plan, "--repeat", "2", "--layers", "--json")
      let report = try #require(try bench.objects.first)
      #expect(report["repeat"] as? Int == 2 && (report["kernels"] as? String)?.isEmpty == false)
      let layers = try #require(report["layers"] as? [[String: Any]])
      func sum(_ key: String, of objects: [[String: Any]]) -> Double {
        objects.reduce(0) { $0 + (($1[key] as? NSNumber)?.doubleValue ?? 0) }
      }
      let info = try Tool.run("info", model, "--input", "320", "--json").objects.first
      let flops = try #require((info?["inference"] as? [String: Any])?["flops"] as? Int)
      #expect(sum("flops", of: layers) == Double(flops))
      #expect(abs(sum("share", of: layers) - 1) < 1e-9)

      let peak = try #require(report["peakGFLOPS"] as? Double)
      let limits = try #require(report["limits"] as? [String: Double])
      #expect(abs((limits["directMilliseconds"] ?? 0) - Double(flops) / peak * 1e-6) < 1e-6)
      let chosen = try #require(limits["chosenMilliseconds"])
      #expect(abs(chosen - 2 * sum("multiplications", of: layers) / peak * 1e-6) < 1e-6)
      #expect(chosen < limits["directMilliseconds"] ?? 0)

      let kinds = try #require(report["kinds"] as? [[String: Any]])
      #expect(sum("steps", of: kinds) == Double(layers.count))
      #expect(abs(sum("milliseconds", of: kinds) - sum("milliseconds", of: layers)) < 1e-6)
      for kind in ["gemm 1x1", "gemm kxk", "winograd4", "other"] {
        #expect(kinds.contains { $0["kind"] as? String == kind }, "\(kind)")
      }
      for layer in layers where layer["kind"] as? String == "gemm 1x1" {
        #expect(layer["flops"] as? Int == (layer["multiplications"] as? Int).map { 2 * $0 })
      }
    }
  }

  @Test(.enabled(if: InferencePrecision.bf16.isAvailable, "this processor multiplies no numbers in bf16"))
  func whatIsInBF16IsNamed() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run("compile", "models-yaml/gelan-t.yaml", "--random-weights", "7", "--input", "64", "-o", plan)
      let bench = ["bench", plan, "--repeat", "1", "--layers", "--precision", "bf16"]
      let report = try #require(try Tool.run(bench + ["--json"]).objects.first)
      let layers = try #require(report["layers"] as? [[String: Any]])
      func texts(_ layer: [String: Any], _ keys: String...) -> [String] { keys.map { layer[$0] as? String ?? "" } }
      // The image is multiplied in fp32, since it has three channels, and leaves a map in bf16; boxes are in fp32.
      let first = try #require(layers.first)
      #expect(texts(first, "operator", "precision", "outputPrecision") == ["conv2d", "fp32", "bf16"])
      let last = try #require(layers.last)
      #expect(texts(last, "operator", "outputPrecision") == ["decode_detections", "fp32"])
      // A kernel's name says in what it multiplies.
      for layer in layers where layer["operator"] as? String == "conv2d" {
        let name = texts(layer, "kernel")[0]
        #expect(name.contains("bf16") == (layer["precision"] as? String == "bf16"), "\(name)")
      }
      let lines = try Tool.run(bench).output.split(separator: "\n")
      #expect(lines.contains { $0.contains("16x32x32 bf16") } && !lines.contains { $0.contains("16x32x32  ") })
      #expect(lines.contains { $0.contains("84x84 ") } && !lines.contains { $0.contains("84x84 bf16") })
    }
  }

  @Test func theTableEndsWithTheLimits() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run(
        "compile", "Tests/Fixtures/golden/mini-c.yaml", "--random-weights", "7", "--input", "64", "-o", plan)
      let text = try Tool.run("bench", plan, "--repeat", "1", "--layers").output
      for words in [
        "GFLOP/s  multiplied  % peak  kernel", "steps  kind", "  all steps", "the machine's peak, measured: ",
        "every convolution direct at peak: ", "the chosen algorithms at peak: ",
      ] {
        #expect(text.contains(words), "\(words)")
      }
      #expect(try Tool.run("bench", plan, "--repeat", "1", "--json").objects.first?["layers"] == nil)
    }
  }
}
