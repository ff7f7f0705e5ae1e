import Files
import JSON
import Runtime

/// What a plan file says of its origin: the compiler, the model's files and their digests, the options, the weights.
func planOrigin(_ input: CompileInput, _ options: ModelOptions) -> [String: String] {
  let sources = input.model.sources.map { source -> JSONValue in
    let digest = source.bytes.withUnsafeBytes { SHA256.hexadecimalDigest(of: $0) }
    return ["file": .string(source.name.fileName), "sha256": .string(digest)]
  }
  // In the words of the command line, which most people know.
  var given = options.parameters.map { "--set \($0.name)=\($0.value)" }
  if let count = options.classCount { given.append("--classes \(count)") }
  if let size = options.input {
    given.append("--input " + (size.height == size.width ? "\(size.height)" : "\(size.height)x\(size.width)"))
  }
  var metadata = [
    PlanFile.Key.compiler: "gelan \(compilerVersion)", PlanFile.Key.source: JSONValue.array(sources).description,
    PlanFile.Key.weights: input.origin,
  ]
  if !given.isEmpty { metadata[PlanFile.Key.arguments] = given.joined(separator: " ") }
  return metadata
}
