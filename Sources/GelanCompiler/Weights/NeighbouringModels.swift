import Compiler
import Files
import Glibc

extension WeightsFile {
  /// The models that these weights fit, of those in the folder of a model and in the folders below it; sorted by name.
  ///
  /// A model that has the checkpoint's auxiliary branch, or its lack of one, comes before models that have another. Files
  /// that are no models, or faulty ones, are passed over.
  ///
  /// - Parameter path: The model that they do not fit.
  func fittingModels(beside path: String) -> [String] {
    let limit = 100
    let escaped = folder(of: path).reduce(into: "") { text, character in
      if "*?[]{},~\\".contains(character) { text.append("\\") }
      text.append(character)
    }
    var matches = glob_t()
    defer { globfree(&matches) }
    _ = glob(escaped + "{*,*/*}.{yaml,yml}", GLOB_BRACE, nil, &matches)
    var (exact, stripped): ([String], [String]) = ([], [])
    for index in 0..<min(limit, Int(matches.gl_pathc)) {
      guard let name = matches.gl_pathv[index] else { continue }
      let candidate = String(cString: name)
      guard realPath(candidate) != realPath(path), let form = form(fitting: candidate) else { continue }
      if form.isStripped { stripped.append(candidate) } else { exact.append(candidate) }
    }
    return (exact.isEmpty ? stripped : exact).sorted()
  }

  /// The form in which these weights fit a model, for whatever number of classes; `nil` if they do not.
  private func form(fitting path: String) -> CheckpointFit.Form? {
    guard let source = try? ModelSource(path: path).file, let written = try? ElaboratedModel(source) else { return nil }
    var tried = [facts.classCount ?? written.graph.classNames.count]
    var next = 0
    while next < tried.count {
      guard let graph = (try? ElaboratedModel(source, classes: tried[next]))?.graph else { return nil }
      let fit = CheckpointFit(checkpoint, to: graph)
      if fit.report.isComplete { return fit.form }
      if next == 0 { tried += fit.report.classCounts(in: graph).filter { $0 != tried[0] } }
      next += 1
    }
    return nil
  }
}
