import Diagnostics
import ModelSyntax

extension BlockLibrary {
  /// The source of the standard blocks, embedded in the program.
  package static let standardSource = SourceFile(name: "<standard blocks>", bytes: PackageResources.gelan_yaml)

  /// The standard blocks.
  package static let standard: BlockLibrary = {
    do throws(CompileFailure) {
      return BlockLibrary(try readBlocks(try parseYAML(standardSource)))
    } catch {
      preconditionFailure("The standard blocks are at fault:\n" + TextRenderer().render(error.diagnostics))
    }
  }()
}
