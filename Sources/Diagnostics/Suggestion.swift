/// The candidates that `name` was probably meant to be: at most three, nearest first.
///
/// A candidate is near when its edit distance is at most a third of the longer word's length, and at least one; letter
/// case
package func suggestions(for name: String, among candidates: some Sequence<String>) -> [String] {
  let wanted = Array(name.lowercased().unicodeScalars)
  guard !wanted.isEmpty, wanted.count <= 64 else { return [] }
  var found: [(distance: Int, candidate: String)] = []
  for candidate in Set(candidates) where candidate != name {
    let letters = Array(candidate.lowercased().unicodeScalars)
    let limit = max(1, max(wanted.count, letters.count) / 3)
    // A one-letter parameter is suggested for a word that starts with its letter: s for stride.
    if letters.count == 1, wanted.count > 2, letters[0] == wanted[0] {
      found.append((limit, candidate))
      continue
    }
    guard abs(letters.count - wanted.count) <= limit else { continue }
    if let distance = editDistance(wanted, letters, atMost: limit) { found.append((distance, candidate)) }
  }
  return found.sorted { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }.prefix(3).map(\.candidate)
}

/// `["did you mean 'a', 'b' or 'c'?"]`, or an empty array when no candidate is near.
package func didYouMean(_ name: String, among candidates: some Sequence<String>) -> [String] {
  let near = suggestions(for: name, among: candidates).map { "'\($0)'" }
  guard let last = near.last else { return [] }
  let rest = near.dropLast()
  return ["did you mean \(rest.isEmpty ? last : rest.joined(separator: ", ") + " or " + last)?"]
}

/// The correction of a name that is probably misspelt: a fix-it when one candidate is near, help in words when several
/// are.
package func correction(
  of name: String, among candidates: some Sequence<String>, at range: SourceRange
) -> (help: [String], fixIts: [Diagnostic.FixIt]) {
  let near = suggestions(for: name, among: candidates)
  guard near.count == 1 else { return (didYouMean(name, among: near), []) }
  return ([], [Diagnostic.FixIt("did you mean '\(near[0])'?", [Diagnostic.Edit(range, near[0])])])
}

/// The edit distance of two words: the number of insertions, deletions, substitutions and swaps of adjacent characters.
///
/// `nil` when it exceeds `limit`.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], atMost limit: Int) -> Int? {
  var (beforePrevious, previous, current) = (Array(0...b.count), Array(0...b.count), Array(0...b.count))
  for i in a.indices {
    current[0] = i + 1
    for j in b.indices {
      var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
      current[j + 1] = best
    }
    // A swap refers to the row before the previous one.
    guard min(previous.min() ?? 0, current.min() ?? 0) <= limit else { return nil }
    (beforePrevious, previous, current) = (previous, current, beforePrevious)
  }
  return previous[b.count] <= limit ? previous[b.count] : nil
}
