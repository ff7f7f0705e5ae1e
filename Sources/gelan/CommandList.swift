// The folders of this target depend on each other one way, each on those before it:
//
//     CommandLine → Completion, Schema, Report → Detect → Validate → Check → Commands
//
// A test checks it. The list of commands stands above all of them; what `CommandLine` and `Completion` take of it are
// names, options and what to perform.

extension Command {
  /// The commands, in the order in which help lists them.
  static let all: [Command] = [
    .check, .info, .blocks, .compile, .inspect, .weights, .run, .detect, .val, .bench, .export, .show, .convert, .fmt,
    .costModel, .diff, .explain, .schema,
    .completions,
  ]
}
