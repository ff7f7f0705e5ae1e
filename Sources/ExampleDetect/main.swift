// Finds objects in images on two threads that share one model: a program that links the runtime library alone.
// Sources/gelan.docc/SwiftLibraries.md says more.

import GelanRuntime
import Glibc

/// What a detector of its own finds in each image, as lines to print.
func describe(_ paths: [String], _ model: InferenceModel) throws(InferenceError) -> [String] {
  let detector = try ObjectDetector(model, options: DetectionOptions(confidence: 0.4))
  var lines: [String] = []
  for path in paths {
    let objects = try detector.detect(Image(path: path)).objects
    lines.append("\(path): \(objects.count) objects")
    for object in objects { lines.append("  \(object.className) \(object.confidence) \(object.box)") }
  }
  return lines
}

guard CommandLine.arguments.count > 2 else {
  print("usage: ExampleDetect PLAN IMAGE...")
  exit(2)
}
do {
  let model = try InferenceModel(path: CommandLine.arguments[1])
  let paths = Array(CommandLine.arguments.dropFirst(2))
  let middle = (paths.count + 1) / 2
  async let first = describe(Array(paths[..<middle]), model)
  async let second = describe(Array(paths[middle...]), model)
  for line in try await first + second { print(line) }
} catch {
  print("ExampleDetect: \(error)")
  exit(1)
}
