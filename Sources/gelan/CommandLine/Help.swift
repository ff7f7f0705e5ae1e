/// The help of the tool and of each command.
enum Help {
  static var overview: String {
    var text = """
      gelan compiles YOLOv9 and GELAN model definitions and runs the plans it makes on this machine's CPU.

      usage: gelan COMMAND [OPTIONS] FILE...

      commands:

      """
    let width = Command.all.map(\.name.count).max() ?? 0
    for command in Command.all { text += "  \(command.name.padded(to: width))  \(command.summary)\n" }
    return text + """

      'gelan COMMAND --help' tells more about one. A FILE is a model in the native dialect, in the official list dialect,
      in Ultralytics' or in that of the MIT-licensed YOLO; a PLAN is what 'gelan compile' writes.

      exit status: 0 done, 1 the input is wrong, 2 wrong usage, 3 a file cannot be read or written, 70 a fault of ours

      """
  }

  static func usage(of command: Command) -> String {
    "usage: gelan \(command.name) [OPTIONS] \(command.operands)"
  }

  static func text(for command: Command) -> String {
    let options = (command.options + [Command.help]).map { option in
      (option.names.joined(separator: ", ") + (option.value.map { " \($0)" } ?? ""), option.summary)
    }
    let width = options.map(\.0.count).max() ?? 0
    let lines = options.map { "  \($0.0.padded(to: width))  \($0.1)" }.joined(separator: "\n")
    return """
      \(usage(of: command))

      \(command.summary.prefix(1).uppercased() + command.summary.dropFirst()).

      options:
      \(lines)

      \(command.details)

      """
  }
}

extension String {
  /// The text with spaces after it, or before it, up to a width in characters.
  func padded(to width: Int, onTheLeft: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return onTheLeft ? spaces + self : self + spaces
  }
}
