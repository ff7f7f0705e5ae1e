/// The codes of all diagnostics, by the slug that is printed. A slug names the error, never the remedy.
package enum DiagnosticCode: String, Sendable, CaseIterable {
  // The file as YAML.
  case yamlSyntax = "yaml-syntax"
  case duplicateKey = "duplicate-key"
  case cyclicAlias = "cyclic-alias"
  case explodingAlias = "exploding-alias"
  case tooDeep = "too-deep"

  // The file as a model.
  case unknownDialect = "unknown-dialect"
  case unknownKey = "unknown-key"
  case missingKey = "missing-key"
  case wrongKind = "wrong-kind"
  case invalidName = "invalid-name"
  case duplicateName = "duplicate-name"
  case invalidExpression = "invalid-expression"
  case invalidNumber = "invalid-number"
  case unknownActivation = "unknown-activation"

  // Files that a model includes.
  case unreadableInclude = "unreadable-include"
  case cyclicInclude = "cyclic-include"
  case shadowedBlock = "shadowed-block"

  // Names and arguments.
  case unknownBlock = "unknown-block"
  case recursiveBlock = "recursive-block"
  case unknownName = "unknown-name"
  case forwardReference = "forward-reference"
  case missingArgument = "missing-argument"
  case surplusArgument = "surplus-argument"
  case argumentKind = "argument-kind"
  case argumentRange = "argument-range"
  case undefinedArithmetic = "undefined-arithmetic"

  // Values and shapes.
  case notATensor = "not-a-tensor"
  case notATuple = "not-a-tuple"
  case inputCount = "input-count"
  case unevenGroups = "uneven-groups"
  case shapeMismatch = "shape-mismatch"
  case channelMismatch = "channel-mismatch"
  case channelsNotDivisible = "channels-not-divisible"
  case sizeNotDivisible = "size-not-divisible"
  case emptyResult = "empty-result"
  case tooLarge = "too-large"

  // Legal, or accepted by other tools, but suspicious.
  case deadRow = "dead-row"
  case staleIndex = "stale-index"
  case staleIndexComment = "stale-index-comment"
  case levelOrder = "level-order"
  case mixedGroups = "mixed-groups"
  case singleHead = "single-head"
  case missingHead = "missing-head"
  case repeatedWidthChange = "repeated-width-change"
  case partialMultiplier = "partial-multiplier"
  case idleMultiplier = "idle-multiplier"
  case ambiguousWord = "ambiguous-word"
  case numberBelowOne = "number-below-one"
  case duplicateClass = "duplicate-class"
  case unusedParameter = "unused-parameter"
  case unknownCode = "unknown-code"
}
