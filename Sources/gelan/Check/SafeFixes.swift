import Compiler
import Diagnostics
import Files
import GelanCompiler
import ModelIR
import ModelSyntax

/// What a model file has to say against itself.
func diagnose(
  _ source: SourceFile, input: InputSize?, settings: [ParameterSetting], loader: BlockFileLoader = .files
) throws(CommandFailure) -> [Diagnostic] {
  do throws(CompileFailure) {
    return try ElaboratedModel(source, input: input, settings: settings, loader: loader).warnings
  } catch {
    try settings.refuse(error)
    return error.diagnostics
  }
}

/// Applies the safe fixes of a file and shows what changed; returns the file as it is afterwards.
///
/// Mending one fault can bring the next to light, so this goes on until nothing safe is left.
func applySafeFixes(
  to source: SourceFile, input: InputSize?, settings: [ParameterSetting]
) throws(CommandFailure) -> SourceFile {
  var current = source
  var count = 0
  for _ in 0..<20 {
    let fixIts = try diagnose(current, input: input, settings: settings).flatMap(\.fixIts).filter(\.isSafe)
    let (bytes, applied) = current.applying(fixIts)
    if applied == 0 { break }
    count += applied
    current = SourceFile(name: source.name, bytes: bytes)
  }
  guard count > 0 else { return source }
  do {
    try writeFileAtomically(path: source.name, bytes: current.bytes)
  } catch {
    throw .file(error.description)
  }
  let difference = LineDifference(from: source.text(0..<source.bytes.count), to: current.text(0..<current.bytes.count))
  Terminal.print(difference.text(name: source.name))
  Terminal.note("\(source.name): \(count) fix\(count == 1 ? "" : "es") applied")
  return current
}
