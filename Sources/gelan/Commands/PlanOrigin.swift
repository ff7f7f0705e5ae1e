import Files
import JSON
import Runtime

/// What a plan file says of where it comes from: the compiler, the model's files and their digests, the arguments.
func planOrigin(_ file: ModelFile, _ arguments: Arguments) -> [String: String] {
  let sources = file.sources.map { source -> JSONValue in
    let digest = source.bytes.withUnsafeBytes { SHA256.hexadecimalDigest(of: $0) }
    return ["file": .string(source.name.fileName), "sha256": .string(digest)]
  }
  let given =
    arguments.strings("--set").map { "--set \($0)" }
    + ["--classes", "--input"].compactMap { option in arguments.string(option).map { "\(option) \($0)" } }
  var metadata = [
    PlanFile.Key.compiler: "gelan \(toolVersion)", PlanFile.Key.source: JSONValue.array(sources).description,
  ]
  if !given.isEmpty { metadata[PlanFile.Key.arguments] = given.joined(separator: " ") }
  return metadata
}
