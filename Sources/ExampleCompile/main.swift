// Checks a model, prints its diagnostics and its costs, and compiles it: a program that links the compiler library alone.

import GelanCompiler
import Glibc

let arguments = CommandLine.arguments
guard (2...4).contains(arguments.count) else {
  print("usage: ExampleCompile MODEL [PLAN [WEIGHTS]]")
  exit(2)
}
do {
  let source = try ModelSource(path: arguments[1])
  let diagnostics = try checkModel(source)
  for diagnostic in diagnostics { print(diagnostic.text()) }
  guard !diagnostics.contains(where: { $0.severity == .error }) else { exit(1) }

  let report = try Model(source).report
  print("\(report.name): \(report.inference.parameters) parameters, \(report.inference.flops) FLOPs")
  if arguments.count > 2 {
    let weights: WeightsSource = arguments.count > 3 ? .file(path: arguments[3]) : .random(seed: 1)
    let plan = try compileModel(source, weights: weights, to: arguments[2]) { event in
      if case .note(let note) = event { print("note: \(note.text)") }
    }
    print("wrote \(arguments[2]): \(plan.stepCount) steps, \(plan.classNames.count) classes")
  }
} catch {
  print("ExampleCompile: \(error)")
  exit(1)
}
