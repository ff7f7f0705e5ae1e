import ModelIR

/// The row of `b` with the same name as each row of `a`.
func alignByName(_ a: [Row], _ b: [Row]) -> [Int?] {
  let indices = Dictionary(b.indices.map { (b[$0].name, $0) }) { first, _ in first }
  return a.map { indices[$0.name] }
}

/// The row of `b` that corresponds to each row of `a`, for rows without names.
///
/// The alignment keeps the order and has the maximum score. A pair of rows with the same block, number and arguments
/// scores highest, then one with the same block, then one of different blocks with the same result; other rows are not
/// paired. Among equals, a pair scores more when both rows work for the main output, or neither does, since an
/// auxiliary branch often repeats the main one.
///
/// The table has `a.count × b.count` elements (Needleman and Wunsch, 1970). In models that are too large for that, rows
/// with the same index are paired.
func alignByContent(_ a: [ModelReport.RowReport], _ b: [ModelReport.RowReport]) -> [Int?] {
  let width = b.count + 1
  let (places, overflow) = (a.count + 1).multipliedReportingOverflow(by: width)
  guard !overflow, places <= 4_000_000 else {
    return a.indices.map { b.indices.contains($0) && worth(a[$0], b[$0]) != nil ? $0 : nil }
  }
  // best[i * width + j] is the score of aligning the rows from a[i] and b[j] on.
  var best = [Int32](repeating: 0, count: places)
  for i in a.indices.reversed() {
    for j in b.indices.reversed() {
      let skipped = max(best[(i + 1) * width + j], best[i * width + j + 1])
      let paired = worth(a[i], b[j]).map { $0 + best[(i + 1) * width + j + 1] } ?? -1
      best[i * width + j] = max(skipped, paired)
    }
  }
  var partners = [Int?](repeating: nil, count: a.count)
  var (i, j) = (0, 0)
  while i < a.count, j < b.count {
    if let pair = worth(a[i], b[j]), best[i * width + j] == pair + best[(i + 1) * width + j + 1] {
      partners[i] = j
      (i, j) = (i + 1, j + 1)
    } else if best[i * width + j] == best[(i + 1) * width + j] {
      i += 1
    } else {
      j += 1
    }
  }
  return partners
}

/// The score of pairing two rows; `nil` when they have too little in common.
private func worth(_ a: ModelReport.RowReport, _ b: ModelReport.RowReport) -> Int32? {
  let hasSameResult = a.row.results == b.row.results
  let extra: Int32 = (hasSameResult ? 1 : 0) + (a.isMain == b.isMain ? 2 : 0)
  guard a.row.block == b.row.block else { return hasSameResult ? 4 + extra : nil }
  return (a.row.number == b.row.number && a.row.arguments == b.row.arguments ? 16 : 8) + extra
}

extension ModelReport.RowReport {
  /// Whether the main output needs the row.
  fileprivate var isMain: Bool {
    switch branch {
    case .main, .shared: true
    case .auxiliary, .dead: false
    }
  }
}
