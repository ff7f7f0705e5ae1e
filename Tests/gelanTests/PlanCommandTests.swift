import Foundation
import Tensors
import TestSupport
import Testing

/// What people and scripts see of plan files.
@Suite struct PlanCommandTests {
  private static let model = "Tests/Fixtures/golden/mini-c.yaml"

  @Test func showTellsWhereAPlanComesFromAndWhatItDoes() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run("compile", Self.model, "--random-weights", "7", "-o", plan)
      let shown = try Tool.run("show", plan)
      #expect(shown.status == 0, "\(shown.errors)")
      let digest = try digest(of: Fixtures.root.appendingPathComponent(Self.model).path)
      for text in [
        "a plan of format 5, written by gelan ", "H and W multiples of 32, 640x640 unless asked",
        "mini-c.yaml, SHA-256 \(digest)", "as fp32, from random, seed 7", "not read (--verify reads them)",
        "step  operator", "conv2d k=3 s=2 p=1 act=silu", "model.1.conv",
      ] {
        #expect(shown.output.contains(text), "\(text)")
      }
      let steps = shown.output.split(separator: "\n").filter { $0.contains("model.") }.count
      let text = try Tool.run("show", plan, "--form", "plan").output
      #expect(text.split(separator: "\n").filter { $0.contains(" = ") }.count == steps)

      let verified = try Tool.run("show", plan, "--verify", "--input", "96x64")
      #expect(verified.status == 0 && verified.output.contains("at 96x64"))
      #expect(verified.output.contains("…, correct; weights"))
      #expect(try Tool.run("show", plan, "--input", "97").status == 1)
      #expect(try Tool.run("show", Self.model, "--verify").status == 2)

      var bytes = try Data(contentsOf: URL(fileURLWithPath: plan))
      bytes[bytes.count - 5000] ^= 1
      try bytes.write(to: URL(fileURLWithPath: plan))
      #expect(try Tool.run("show", plan).status == 0)
      let damaged = try Tool.run("show", plan, "--verify")
      #expect(damaged.status == 1)
      #expect(damaged.errors.contains("the weights are not as they were written"))
    }
  }

  /// The digest that `sha256sum` prints.
  private func digest(of path: String) throws -> Substring {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sha256sum", path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return said.prefix(64)
  }

  @Test(arguments: ["fp16", "bf16"]) func narrowWeightsHalveTheFileAndTellTheirCost(type: String) throws {
    try withTemporaryFolder { folder in
      let (full, narrow) = (folder.appendingPathComponent("f").path, folder.appendingPathComponent("n").path)
      _ = try Tool.run("compile", Self.model, "--random-weights", "7", "--input", "64", "-o", full)
      let compiled = try Tool.run(
        "compile", Self.model, "--random-weights", "7", "--input", "64", "--weights-type", type, "-o", narrow)
      #expect(compiled.status == 0, "\(compiled.errors)")
      let cost = try #require(
        try
          /largest difference on 2 made-up images of 64x64: boxes (.*) px \(99 of 100 within (.*)\), probabilities (.*)\n/
          .firstMatch(in: compiled.output))
      let (pixels, most) = (try #require(Double(cost.1)), try #require(Double(cost.2)))
      let probability = try #require(Double(cost.3))
      #expect(most > 0 && most <= pixels && pixels < 5 && probability > 0 && probability < 0.1)
      let swings = try #require(
        try /near 0.5 would move by up to (.*) \(99 of 100 within (.*)\)\n/.firstMatch(in: compiled.output))
      let (swing, swingOfMost) = (try #require(Double(swings.1)), try #require(Double(swings.2)))
      // Rounded to four places, as the probability is not.
      #expect(swing + 5e-5 >= probability && swing < 1 && swingOfMost <= swing, "\(compiled.output)")
      let sizes = try [full, narrow].map { try Data(contentsOf: URL(fileURLWithPath: $0)).count }
      #expect(sizes[1] < sizes[0] * 11 / 20)
      #expect(try Tool.run("show", narrow, "--verify").status == 0)
    }
  }

  @Test func batchesOfAnySizeRun() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run("compile", Self.model, "--random-weights", "7", "-o", plan)
      let count = 3 * 96 * 64
      let images = (0..<3 * count).map { Float($0 % 251) / 250 }
      func outputs(_ shape: [Int], _ values: [Float]) throws -> Tensor {
        let (inputs, outputs) = (folder.appendingPathComponent("in").path, folder.appendingPathComponent("out").path)
        try writeTensorFile(path: inputs, tensors: [("images", Tensor(shape: shape, values: values))])
        let result = try Tool.run("run", plan, "--inputs", inputs, "--outputs", outputs)
        #expect(result.status == 0, "\(result.errors)")
        for read in [inputs, plan] {
          #expect(try Tool.run("run", plan, "--inputs", inputs, "--outputs", read).status == 2)
        }
        return try TensorFile(path: outputs).tensor("output0")
      }
      let together = try outputs([3, 3, 96, 64], images)
      #expect(together.shape == [3, 7, 126])  // 12·8 + 6·4 + 3·2 anchors
      let apart = try (0..<3).flatMap { image in
        try outputs([1, 3, 96, 64], Array(images[image * count..<(image + 1) * count])).values
      }
      #expect(together.values == apart)

      let bench = try Tool.run("bench", plan, "--batch", "3", "--input", "96x64", "--repeat", "2", "--json")
      let times = try #require(try bench.objects.first)
      #expect(times["input"] as? [Int] == [3, 3, 96, 64])
      for key in ["openMilliseconds", "sessionMilliseconds", "placementMilliseconds"] {
        #expect(times[key] is NSNumber)
      }
    }
  }

  @Test func runsAreTimedOnRequest() throws {
    try withTemporaryFolder { folder in
      let plan = folder.appendingPathComponent("m.plan").path
      _ = try Tool.run("compile", Self.model, "--random-weights", "7", "--input", "64", "-o", plan)
      let words = ["bench", plan, "--on-request", "--threads", "2"]
      let result = try Tool.run(words, input: "1\n3\n")
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      let lines = try result.objects
      #expect(lines.map { ($0["milliseconds"] as? [Double])?.count } == [nil, 1, 3])
      let opening = try #require(lines.first)
      #expect(opening["input"] as? [Int] == [1, 3, 64, 64] && opening["threads"] as? Int == 2)
      #expect(opening["loadMilliseconds"] is NSNumber)

      let wrong = try Tool.run(words, input: "1\nmany\n1\n")
      #expect(wrong.status == 1 && wrong.errors.contains("not 'many'"), "\(wrong.errors)")
      #expect(try wrong.objects.count == 2)
      for option in ["--repeat=2", "--layers"] { #expect(try Tool.run(words + [option]).status == 2) }
    }
  }
}
