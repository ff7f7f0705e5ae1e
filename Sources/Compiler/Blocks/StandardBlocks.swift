import Diagnostics
import ModelSyntax

extension BlockLibrary {
  /// The source of the standard blocks, embedded in the executable.
  package static let standardSource = SourceFile(name: "<standard blocks>", bytes: PackageResources.gelan_yaml)

  /// The standard blocks.
  package static let standard: BlockLibrary = {
    var faults: [Diagnostic] = []
    let blocks = (try? parseYAML(standardSource)).flatMap { readBlocks($0, &faults) }
    guard let blocks, faults.isEmpty else {
      preconditionFailure("The standard blocks have errors:\n" + TextRenderer().render(faults))
    }
    return BlockLibrary(blocks)
  }()
}
