// swift-tools-version: 6.0
import Foundation
import PackageDescription

/// Numeric code is compiled optimised in debug builds too, so that tests and `swift run` are not a hundred times slower.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"])]

let package = Package(
  name: "gelan",
  products: [
    .executable(name: "gelan", targets: ["gelan"]),
    // For Swift programs that run plans: no YAML, no compiler.
    .library(name: "GelanRuntime", targets: ["GelanRuntime"]),
  ],
  targets: [
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Text to graph to plan.
    .target(name: "Diagnostics", resources: [.embedInCode("Explanations")]),
    .target(name: "ModelSyntax", dependencies: ["Diagnostics", "CYAML"]),
    .target(name: "ModelIR"),
    .target(
      name: "Compiler", dependencies: ["Diagnostics", "ModelSyntax", "ModelIR", "Tensors"],
      resources: [.embedInCode("Blocks/gelan.yaml")]),

    // Plan to tensors to boxes.
    .target(name: "Tensors", swiftSettings: optimised),
    .target(name: "PyTorch", dependencies: ["Tensors", "CZlib"], swiftSettings: optimised),
    .target(name: "Kernels", dependencies: ["COpenBLAS"], swiftSettings: [.unsafeFlags(["-Ounchecked"])]),
    .target(name: "Runtime", dependencies: ["ModelIR", "Kernels", "Tensors"], exclude: ["plan-file.md"]),
    .target(name: "Detection", dependencies: ["CTurboJPEG", "CPNG"], swiftSettings: optimised),
    .target(name: "Evaluation", dependencies: ["Tensors"], swiftSettings: optimised),

    .target(name: "GelanRuntime", dependencies: ["Runtime", "Detection", "ModelIR", "Tensors"]),
    .executableTarget(name: "ExampleDetect", dependencies: ["GelanRuntime"]),

    // Plan to other engines.
    .target(name: "ONNX", dependencies: ["ModelIR", "Tensors"], swiftSettings: optimised),

    .executableTarget(
      name: "gelan",
      dependencies: [
        "Diagnostics", "ModelSyntax", "ModelIR", "Compiler", "Tensors", "PyTorch", "Kernels", "Runtime",
        "Evaluation", "GelanRuntime", "ONNX",
      ]),

    .target(
      name: "TestSupport", dependencies: ["Compiler", "ModelIR", "Tensors"], path: "Tests/Support",
      swiftSettings: optimised),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "ModelSyntaxTests", dependencies: ["ModelSyntax", "TestSupport"]),
    .testTarget(name: "ModelIRTests", dependencies: ["ModelIR", "TestSupport"]),
    .testTarget(name: "CompilerTests", dependencies: ["Compiler", "Tensors", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(name: "PyTorchTests", dependencies: ["PyTorch", "Tensors", "TestSupport"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(name: "RuntimeTests", dependencies: ["Runtime", "Compiler", "Tensors", "PyTorch", "TestSupport"]),
    .testTarget(name: "ONNXTests", dependencies: ["ONNX", "Compiler", "Tensors", "TestSupport"]),
    .testTarget(name: "DetectionTests", dependencies: ["Detection"], resources: [.copy("Fixtures")]),
    .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "TestSupport"]),
    .testTarget(
      name: "GelanRuntimeTests",
      dependencies: ["GelanRuntime", "ExampleDetect", "gelan", "Tensors", "TestSupport"]),
    .testTarget(
      name: "gelanTests",
      dependencies: [
        "gelan", "Diagnostics", "ModelSyntax", "Compiler", "Tensors", "PyTorch", "GelanRuntime", "TestSupport",
      ]),
  ]
)

// Coverage-guided fuzzers, only for Tests/Fuzz/fuzz.sh: all modules have to be built with -sanitize=fuzzer.
if ProcessInfo.processInfo.environment["GELAN_FUZZ"] == "1" {
  let compiler: [Target.Dependency] = ["Compiler", "Diagnostics", "ModelSyntax", "TestSupport"]
  let fuzzers: [(name: String, dependencies: [Target.Dependency])] = [
    ("Model", compiler), ("Expression", compiler), ("Plan", ["ModelIR", "Runtime", "Tensors"]),
    ("Checkpoint", ["PyTorch"]),
  ]
  for (name, dependencies) in fuzzers {
    package.targets.append(
      .executableTarget(
        name: "Fuzz\(name)", dependencies: dependencies, path: "Tests/Fuzz/\(name)",
        exclude: name == "Plan" ? ["every-operator.txt"] : [], swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
  }
}
