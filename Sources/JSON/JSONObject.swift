/// The members of a JSON object, in the order of the text. Two objects are equal when their order is, too.
///
/// Keys are compared as Swift compares strings: two spellings of one accented letter are the same key.
package struct JSONObject: Sendable {
  package struct Entry: Hashable, Sendable {
    package let key: String
    package var value: JSONValue
  }

  package private(set) var entries: [Entry] = []
  /// The place of each key in `entries`. Empty while a linear search is as quick, so that the many small objects of
  /// a file of tensors need no table.
  private var positions: [String: Int] = [:]
  private static let linearSearchLimit = 8

  package init() {}

  /// Creates an object from members; of members with the same key, the last value wins.
  package init(_ members: some Sequence<(String, JSONValue)>) {
    for (key, value) in members { self[key] = value }
  }

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }
  package var keys: [String] { entries.map(\.key) }

  /// The value of a key. Setting a new key appends it; setting nil removes the key.
  package subscript(key: String) -> JSONValue? {
    get { position(of: key).map { entries[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): entries[position].value = value
      case (let position?, nil):
        entries.remove(at: position)
        rebuildPositions()
      case (nil, let value?): appendIfNew(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Appends a member unless its key is there already.
  ///
  /// - Returns: whether the member was appended.
  @discardableResult
  package mutating func appendIfNew(_ key: String, _ value: JSONValue) -> Bool {
    if entries.isEmpty { entries.reserveCapacity(4) }
    if entries.count < Self.linearSearchLimit {
      guard !entries.contains(where: { $0.key == key }) else { return false }
    } else {
      if positions.isEmpty { rebuildPositions(forCount: entries.count + 1) }
      guard positions[key] == nil else { return false }
      positions[key] = entries.count
    }
    entries.append(Entry(key: key, value: value))
    return true
  }

  private func position(of key: String) -> Int? {
    positions.isEmpty ? entries.firstIndex { $0.key == key } : positions[key]
  }

  private mutating func rebuildPositions(forCount count: Int? = nil) {
    positions.removeAll()
    guard (count ?? entries.count) > Self.linearSearchLimit else { return }
    for (position, entry) in entries.enumerated() { positions[entry.key] = position }
  }
}

extension JSONObject: Hashable {
  package static func == (left: JSONObject, right: JSONObject) -> Bool { left.entries == right.entries }
  package func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
