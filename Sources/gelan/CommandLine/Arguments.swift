import Compiler
import Diagnostics

/// The operands and options of one call.
struct Arguments {
  let command: Command
  private(set) var operands: [String] = []
  /// What each option was given, in order; several values only for one that can be repeated.
  private var values: [String: [String]] = [:]
  private(set) var wantsHelp = false

  /// Sorts words into operands and options: `--name value`, `--name=value`, `-o value`, `--` before operands alone.
  init(_ words: some Sequence<String>, for command: Command) throws(CommandFailure) {
    self.command = command
    let known = command.options + [Command.help]
    var waiting: Command.Option?
    var onlyOperands = false
    for word in words {
      if let option = waiting {
        // Where a value was forgotten, the option after it is none.
        guard !word.hasPrefix("--"), !known.contains(where: { $0.names.contains(Self.parts(word)[0]) }) else {
          let name = option.names[0]
          let isName = option.choices == nil && option.value != "N"
          throw .usage(
            "the option '\(name)' needs a value, \(option.value ?? ""), before '\(word)'"
              + (isName ? "; if that is it, \(name)=\(word)" : ""))
        }
        give(option, word)
        waiting = nil
      } else if onlyOperands || !word.hasPrefix("-") || word == "-" {
        operands.append(word)
      } else if word == "--" {
        onlyOperands = true
      } else {
        let parts = Self.parts(word)
        guard let option = known.first(where: { $0.names.contains(parts[0]) }) else {
          throw .usage("'\(command.name)' has no option '\(parts[0])'\(Self.hint(parts[0], among: known))")
        }
        if option.names == Command.help.names {
          wantsHelp = true
        } else if option.value == nil {
          guard parts.count == 1 else { throw .usage("the option '\(parts[0])' takes no value") }
          give(option, "")
        } else if parts.count == 2 {
          give(option, parts[1])
        } else {
          waiting = option
        }
      }
    }
    if let waiting { throw .usage("the option '\(waiting.names[0])' needs a value, \(waiting.value ?? "")") }
    if wantsHelp { return }
    guard command.operandCount.contains(operands.count) else {
      throw .usage(
        operands.count < command.operandCount.lowerBound
          ? "\(command.operands) is missing" : "unexpected '\(operands[command.operandCount.upperBound])'")
    }
  }

  /// A word's parts before and after its first `=`.
  private static func parts(_ word: String) -> [String] {
    word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  }

  /// What may have been meant by an option that the command does not have: one of its own, or one of other commands.
  private static func hint(_ name: String, among known: [Command.Option]) -> String {
    // Every letter is one edit from every other.
    if name.count > 2, let own = didYouMean(name, among: known.flatMap(\.names)).first { return "; \(own)" }
    let others = Command.all.filter { $0.options.contains { $0.names.contains(name) } }.map { "'\($0.name)'" }
    guard let last = others.last else { return "" }
    return others.count == 1
      ? "; \(last) has it" : "; \(others.dropLast().joined(separator: ", ")) and \(last) have it"
  }

  /// Keeps a value; of an option that is not repeatable the last one counts.
  private mutating func give(_ option: Command.Option, _ value: String) {
    values[option.names[0], default: []].append(value)
    if !option.isRepeatable { values[option.names[0]] = [value] }
  }

  func isSet(_ option: String) -> Bool { values[option] != nil }

  func string(_ option: String) -> String? { values[option]?.last }

  /// Every value of a repeatable option, in the order of the command line.
  func strings(_ option: String) -> [String] { values[option] ?? [] }

  func integer(_ option: String, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
    guard let text = string(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .usage("\(option) is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }

  /// A number from 0 to 1.
  func fraction(_ option: String) throws(CommandFailure) -> Double? {
    guard let text = string(option) else { return nil }
    guard let number = Double(text), (0...1).contains(number) else {
      throw .usage("\(option) is a number from 0 to 1, not '\(text)'")
    }
    return number
  }

  /// One of the values that the option's own row lists.
  func choice(_ option: String) throws(CommandFailure) -> String? {
    guard let text = string(option) else { return nil }
    let choices = command.options.first { $0.names.contains(option) }?.choices ?? []
    guard choices.contains(text) else {
      let hint = didYouMean(text, among: choices).first.map { "; \($0)" } ?? ""
      throw .usage("\(option) is one of \(choices.joined(separator: ", ")), not '\(text)'\(hint)")
    }
    return text
  }

  /// `640` or `480x640`, height first.
  func inputSize() throws(CommandFailure) -> InputSize? {
    guard let text = string("--input") else { return nil }
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(sides.count), let height = sides[0], let width = sides[sides.count - 1] else {
      throw .usage("--input is a size such as 640 or 480x640 (height x width), not '\(text)'")
    }
    guard InputSize.sides.contains(height), InputSize.sides.contains(width) else {
      throw .usage(
        "--input: sides go from \(InputSize.sides.lowerBound) to \(InputSize.sides.upperBound), not '\(text)'")
    }
    return InputSize(height: height, width: width)
  }

  /// The number of classes to build for.
  func classCount() throws(CommandFailure) -> Int? { try integer("--classes", in: 1...100_000) }

  /// The number of threads, one for each core unless the call says otherwise.
  func threads() throws(CommandFailure) -> Int { try integer("--threads", in: 1...64) ?? Machine.coreCount }
}

extension Command.Option {
  static let input = Self("--input", value: "N|HxW", help: "input size in pixels, height first")
  static let classes = Self("--classes", value: "N", help: "number of classes, in place of the file's")
  static let threads = Self("--threads", value: "N", help: "threads to use; one for each core by default")
  static let json = Self("--json", help: "print JSON")
}
