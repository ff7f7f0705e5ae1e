import Diagnostics

/// The dialect of a model file, determined from its content alone; `nil` when the file is no model.
///
/// - `model`: the mapping dialect of the MIT-licensed YOLO, layers under the names of their modules.
/// - `backbone` or `head` as a list: rows that refer to each other by index. The dialect is that of Ultralytics when
///   the file has `scales`, or when it has none of `anchors`, `depth_multiple` and `width_multiple`, which the official
///   parser requires, and its head is a plain `Detect`. Otherwise it is that of the official code.
/// - a section of the native dialect, `blocks` or `classes`: the native dialect.
func modelDialect(of reader: MappingReader) -> ModelDeclaration.Dialect? {
  if reader["model"] != nil { return .mit }
  // A native model with 'head' in place of 'heads' gets a diagnostic that says so.
  let hasIndexedRows =
    switch (reader["backbone"]?.kind, reader["head"]?.kind) {
    case (.sequence, _), (_, .sequence): true
    case (.mapping, _), (_, nil): false
    default: true
    }
  if hasIndexedRows {
    let hasOfficialKeys = ["anchors", "depth_multiple", "width_multiple"].contains { reader[$0] != nil }
    let isUltralytics = reader["scales"] != nil || (!hasOfficialKeys && callsDetect(reader["head"]))
    return isUltralytics ? .ultralytics : .list
  }
  let nativeKeys = Section.native.map(\.rawValue) + ["blocks", "classes"]
  return nativeKeys.contains { reader[$0] != nil } ? .native : nil
}

/// Whether a section has a row with the block `Detect`.
private func callsDetect(_ section: YAMLNode?) -> Bool {
  guard case .sequence(let rows)? = section?.kind else { return false }
  return rows.contains { row in
    guard case .sequence(let columns) = row.kind, columns.count == 4 else { return false }
    return columns[2].text == "Detect"
  }
}
