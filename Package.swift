// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Numeric code is compiled optimised in debug builds too, so that tests and `swift run` are not a hundred times slower.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"])]

/// Kernels have no checks, and loops over the rows of a register tile are unrolled, however many there are.
let unchecked: [SwiftSetting] = [.unsafeFlags(["-Ounchecked"])]
let unrolled: [SwiftSetting] = [.unsafeFlags(["-Xllvm", "-unroll-threshold=4000"])]

/// In debug builds, too, nothing of a type is made that only another file could want: functions for its metadata are the
/// same for several modules, and would be linked from any of them, compiled for AVX or not.
let whole: [SwiftSetting] = [.unsafeFlags(["-disable-batch-mode", "-whole-module-optimization", "-num-threads", "1"])]

#if arch(x86_64)
  let machine = "x86_64"
#else
  let machine = "arm64"
#endif
let environment = ProcessInfo.processInfo.environment
/// What gelan is built for: this machine, whose compiler reads the manifest, unless the environment names another.
let architecture = environment["GELAN_ARCHITECTURE"] ?? machine
guard ["x86_64", "arm64"].contains(architecture) else {
  fatalError("GELAN_ARCHITECTURE is x86_64 or arm64, not '\(architecture)'.")
}

/// The microkernels are compiled once for every instruction set, and once more for GEMM operands in bf16, from the same
/// shared sources: a target is one file that says what it is and a link to them. Which of them runs is chosen when the
/// program starts. All arm64 processors have what the kernels use of them, so that there is the baseline alone.
let microkernelTargets: [Target] =
  [microkernelTarget("MicrokernelsBaseline")]
  + (architecture == "x86_64"
    ? [
      microkernelTarget("MicrokernelsAVX2", processor: "haswell"),
      microkernelTarget("MicrokernelsAVX512", processor: "skylake-avx512", ["AVX512"]),
      microkernelTarget("MicrokernelsAVX512BF16", processor: "cooperlake", ["AVX512", "AVX512BF16"]),
    ] : [])
let microkernels = microkernelTargets.map { Target.Dependency.target(name: $0.name) }

func microkernelTarget(_ name: String, processor: String? = nil, _ defines: [String] = []) -> Target {
  let flags = processor.map { ["-target-cpu", $0, "-Xcc", "-march=\($0)"] } ?? []
  return .target(
    name: name, dependencies: ["Elements", "KernelInterface", "CProcessor"],
    swiftSettings: unchecked + unrolled + whole + defines.map { .define($0) } + [.unsafeFlags(flags)])
}

let systemLibraries: [Target] = [
  .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
  .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CProcessor"),
]

/// Text to graph to plan.
let compiler: [Target] = [
  .target(name: "Diagnostics", resources: [.embedInCode("Explanations")]),
  .target(name: "ModelSyntax", dependencies: ["Diagnostics", "CYAML"]),
  .target(name: "ModelIR"),
  .target(
    name: "Compiler", dependencies: ["Diagnostics", "ModelSyntax", "ModelIR", "Tensors"],
    resources: [.embedInCode("Blocks/gelan.yaml")]),
]

/// What every layer stands on: element types, files, JSON.
let foundation: [Target] = [
  .target(name: "Elements", swiftSettings: optimised),
  .target(name: "Files", swiftSettings: optimised),
  .target(name: "JSON", dependencies: ["Files"], swiftSettings: optimised),
]

/// Plan to tensors to boxes.
let runtime: [Target] = [
  .target(name: "Tensors", dependencies: ["Elements", "Files", "JSON"], swiftSettings: optimised),
  .target(name: "PyTorch", dependencies: ["Elements", "Files", "JSON", "Tensors", "CZlib"], swiftSettings: optimised),
  .target(name: "KernelInterface", dependencies: ["Elements"], swiftSettings: unchecked),
  .target(
    name: "Kernels", dependencies: ["Elements", "KernelInterface", "CProcessor"] + microkernels,
    swiftSettings: unchecked),
  .target(
    name: "Runtime", dependencies: ["Elements", "Files", "JSON", "ModelIR", "KernelInterface", "Kernels", "Tensors"]),
  .target(name: "Detection", dependencies: ["CTurboJPEG", "CPNG"], swiftSettings: optimised),
  .target(name: "Evaluation", dependencies: ["JSON"], swiftSettings: optimised),
  .target(
    name: "GelanRuntime",
    dependencies: ["Elements", "Files", "Runtime", "KernelInterface", "Kernels", "Detection", "ModelIR", "Tensors"]),
  .executableTarget(name: "ExampleDetect", dependencies: ["GelanRuntime"]),
]

/// Plan to other engines.
let export: [Target] = [
  .target(name: "ONNX", dependencies: ["Files", "ModelIR", "Tensors"], swiftSettings: optimised)
]

let tool: [Target] = [
  .target(
    name: "GelanCompiler",
    dependencies: [
      "Diagnostics", "ModelSyntax", "ModelIR", "Compiler", "Elements", "Files", "JSON", "Tensors", "PyTorch", "Kernels",
      "Runtime",
    ]),
  .executableTarget(name: "ExampleCompile", dependencies: ["GelanCompiler"]),
  .executableTarget(
    name: "gelan",
    dependencies: [
      "Diagnostics", "ModelSyntax", "ModelIR", "Compiler", "Elements", "Files", "JSON", "Tensors", "PyTorch",
      "KernelInterface", "Kernels", "Runtime", "Evaluation", "GelanCompiler", "GelanRuntime", "ONNX",
    ]),
]

let tests: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Compiler", "ModelIR", "Tensors"], path: "Tests/Support",
    swiftSettings: optimised),
  .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
  .testTarget(name: "ModelSyntaxTests", dependencies: ["ModelSyntax", "TestSupport"]),
  .testTarget(name: "ModelIRTests", dependencies: ["ModelIR", "TestSupport"]),
  .testTarget(name: "CompilerTests", dependencies: ["Compiler", "Tensors", "TestSupport"], exclude: ["Golden"]),
  .testTarget(name: "ElementsTests", dependencies: ["Elements"]),
  .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
  .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),
  .testTarget(name: "TensorsTests", dependencies: ["Files", "Tensors", "TestSupport"]),
  .testTarget(name: "PyTorchTests", dependencies: ["Files", "PyTorch", "Tensors", "TestSupport"]),
  .testTarget(
    name: "KernelsTests", dependencies: ["Elements", "Kernels", "KernelInterface"], swiftSettings: optimised),
  .testTarget(
    name: "RuntimeTests",
    dependencies: [
      "Elements", "Runtime", "Kernels", "Compiler", "GelanCompiler", "Tensors", "PyTorch", "TestSupport",
    ],
    exclude: ["Golden"]),
  .testTarget(name: "ONNXTests", dependencies: ["ONNX", "Compiler", "GelanCompiler", "Tensors", "TestSupport"]),
  .testTarget(name: "DetectionTests", dependencies: ["Detection"], resources: [.copy("Fixtures")]),
  .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "JSON", "TestSupport"]),
  .testTarget(
    name: "GelanRuntimeTests", dependencies: ["GelanRuntime", "ExampleDetect", "gelan", "Tensors", "TestSupport"]),
  .testTarget(
    name: "GelanCompilerTests", dependencies: ["GelanCompiler", "ExampleCompile", "GelanRuntime", "TestSupport"]),
  .testTarget(
    name: "gelanTests",
    dependencies: [
      "gelan", "Diagnostics", "ModelSyntax", "Compiler", "Tensors", "PyTorch", "Kernels", "GelanCompiler",
      "GelanRuntime", "TestSupport",
    ]),
]

// A list for each part: as one expression they take a compiler longer than it gives itself.
let package = Package(
  name: "gelan",
  products: [
    .executable(name: "gelan", targets: ["gelan"]),
    // For Swift programs that run plans: no YAML, no compiler.
    .library(name: "GelanRuntime", targets: ["GelanRuntime"]),
    // For Swift programs that check models and compile them to plans.
    .library(name: "GelanCompiler", targets: ["GelanCompiler"]),
  ],
  targets: systemLibraries + foundation + compiler + runtime + microkernelTargets + export + tool + tests
)

// Coverage-guided fuzzing, only for Tests/Fuzz/fuzz.sh: all modules have to be built with -sanitize=fuzzer.
if environment["GELAN_FUZZ"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Compiler", "Diagnostics", "KernelInterface", "Kernels", "ModelIR", "ModelSyntax", "PyTorch", "Runtime",
        "Tensors",
        "TestSupport",
      ],
      path: "Tests/Fuzz", exclude: ["every-operator.txt", "fuzz.sh", "checkpoint.dict", "gelan.dict", "plan.dict"],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}
