import Compiler
import Diagnostics
import ModelSyntax

extension Command {
  static let blocks = Command(
    name: "blocks", summary: "list the blocks that rows can call, or print one", operands: "[NAME]",
    operandCount: 0...1,
    options: [],
    details: """
      Without a name: every block and every primitive with its arguments. With one: the block's definition, in the language
      that a model's own 'blocks:' section uses; definitions of one's own can start from it.

      example: gelan blocks RepNCSPELAN4
      """
  ) { arguments in
    let library = BlockLibrary.standard
    guard let name = arguments.operands.first else {
      Terminal.print(listOfBlocks(library))
      return
    }
    if let block = library[name] {
      Terminal.print(block.range.text)
      return
    }
    if let primitive = primitiveSignatures.first(where: { $0.name == name }) {
      Terminal.print("\(primitive.text): a primitive of the compiler")
      return
    }
    let hint = didYouMean(name, among: library.names + primitiveSignatures.map(\.name)).first.map { "; \($0)" } ?? ""
    throw CommandFailure.usage("there is no block '\(name)'\(hint)")
  }

  private static func listOfBlocks(_ library: BlockLibrary) -> String {
    let blocks = library.names.compactMap { library[$0] }
    let lines = blocks.map { "  \($0.signature)\n      \($0.summary)" }
    return """
      Blocks, with their arguments:

      \(lines.joined(separator: "\n"))

      Primitives, which blocks are made of:

      \(primitiveSignatures.map { "  \($0.text)" }.joined(separator: "\n"))
      """
  }
}
