import Tensors

/// Reads a pickle of protocol 0 to 5 (Python's `pickletools` defines the operations) without executing any of it.
///
/// **Invariant:** time and memory are linear in the number of bytes read: an operation creates at most one value, and
/// refers to others by their indices.
struct PickleMachine {
  private let path: String
  private var cursor: ByteCursor
  private var nodes: [Pickle.Node] = []
  private var sequences: [[Int]] = []
  private var stack: [Int] = []
  /// The heights of the stack at which marks were set.
  private var marks: [Int] = []
  private var memo: [Int: Int] = [:]

  /// The maximum number of values, more than in any checkpoint; it limits the memory that a file can demand.
  static let maximumNodes = 1 << 23

  /// - Parameter path: The name of the file in messages.
  private init(_ cursor: ByteCursor, path: String) {
    self.cursor = cursor
    self.path = path
  }

  /// Reads the pickle at the cursor, and moves the cursor past it.
  static func read(_ cursor: inout ByteCursor, path: String) throws(TensorFileError) -> Pickle {
    var machine = PickleMachine(cursor, path: path)
    let root = try machine.run()
    cursor = machine.cursor
    return Pickle(nodes: machine.nodes, sequences: machine.sequences, root: root)
  }

  private mutating func run() throws(TensorFileError) -> Int {
    while true {
      let code: UInt8 = try number()
      guard let operation = Operation(rawValue: code) else {
        throw fault("has the operation 0x\(String(code, radix: 16)), which checkpoints do not use")
      }
      if operation == .stop { return try pop() }
      try perform(operation)
    }
  }

  private mutating func perform(_ operation: Operation) throws(TensorFileError) {
    switch operation {
    case .stop: break
    case .proto:
      let version: UInt8 = try number()
      guard version <= 5 else { throw fault("has protocol \(version), and the newest supported one is 5") }
    case .frame: let _: UInt64 = try number()

    case .mark: marks.append(stack.count)
    case .pop:
      // A mark may be on top of the stack, and is removed then.
      if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup: stack.append(try top())

    case .none: try push(.none)
    case .newTrue: try push(.boolean(true))
    case .newFalse: try push(.boolean(false))
    case .binInt1: try push(.integer(Int(try number(UInt8.self))))
    case .binInt2: try push(.integer(Int(try number(UInt16.self))))
    case .binInt: try push(.integer(Int(try number(Int32.self))))
    case .long1: try pushLong(Int(try number(UInt8.self)))
    case .long4: try pushLong(Int(try number(Int32.self)))
    case .int, .long: try pushDecimal(try line())
    case .binFloat: try push(.number(Double(bitPattern: try number(UInt64.self).byteSwapped)))
    case .float:
      guard let value = Double(try line()) else { throw fault("has a malformed number") }
      try push(.number(value))

    case .binUnicode, .binString: try pushText(Int(try number(UInt32.self)))
    case .shortBinUnicode, .shortBinString: try pushText(Int(try number(UInt8.self)))
    case .binUnicode8: try pushText(Int(clamping: try number(UInt64.self)))
    case .unicode: try push(.text(try line()))
    case .string: try push(.text(String(try line().dropFirst().dropLast())))
    case .shortBinBytes: try pushBytes(Int(try number(UInt8.self)))
    case .binBytes: try pushBytes(Int(try number(UInt32.self)))
    case .binBytes8, .byteArray8: try pushBytes(Int(clamping: try number(UInt64.self)))

    case .emptyTuple: try pushTuple([])
    case .tuple1: try pushTuple(try pop(1))
    case .tuple2: try pushTuple(try pop(2))
    case .tuple3: try pushTuple(try pop(3))
    case .tuple: try pushTuple(try popToMark())
    case .emptyList: try push(.list(sequence([])))
    case .list: try push(.list(sequence(try popToMark())))
    case .emptyDict: try push(.dictionary(sequence([])))
    case .dict: try push(.dictionary(sequence(try popToMark())))
    case .emptySet: try push(.set(sequence([])))
    case .frozenSet: try push(.set(sequence(try popToMark())))

    case .append: try append([try pop()])
    case .appends, .addItems: try append(try popToMark())
    case .setItem:
      let value = try pop()
      try setItems([try pop(), value])
    case .setItems: try setItems(try popToMark())

    case .global: try push(.global(module: try line(), name: try line()))
    case .stackGlobal:
      let (name, module) = (try pop(), try pop())
      guard case .text(let name) = nodes[name], case .text(let module) = nodes[module] else {
        throw fault("names a class by a value that is not a string")
      }
      try push(.global(module: module, name: name))
    case .reduce, .newObject:
      let arguments = try popTuple()
      try push(.object(Pickle.Object(constructor: try pop(), arguments: arguments)))
    case .newObjectWithKeywords:
      _ = try pop()
      let arguments = try popTuple()
      try push(.object(Pickle.Object(constructor: try pop(), arguments: arguments)))
    case .object:
      let parts = try popToMark()
      guard let constructor = parts.first else { throw fault("creates an object without a class") }
      try push(.object(Pickle.Object(constructor: constructor, arguments: sequence(Array(parts.dropFirst())))))
    case .instance:
      try push(.global(module: try line(), name: try line()))
      let constructor = try pop()
      try push(.object(Pickle.Object(constructor: constructor, arguments: sequence(try popToMark()))))
    case .build:
      let state = try pop()
      let place = try top()
      // Attributes set on a dictionary or a list are not needed here.
      if case .object(var object) = nodes[place] {
        object.state = state
        nodes[place] = .object(object)
      }
    case .persistentText:
      try push(.text(try line()))
      try push(.persistent(try pop()))
    case .persistent: try push(.persistent(try pop()))

    case .memoize: memo[memo.count] = try top()
    case .binPut: memo[Int(try number(UInt8.self))] = try top()
    case .longBinPut: memo[Int(try number(UInt32.self))] = try top()
    case .put: memo[try memoPlace()] = try top()
    case .binGet: try recall(Int(try number(UInt8.self)))
    case .longBinGet: try recall(Int(try number(UInt32.self)))
    case .get: try recall(try memoPlace())
    }
  }

  // MARK: - The stack

  private mutating func push(_ node: Pickle.Node) throws(TensorFileError) {
    guard nodes.count < Self.maximumNodes else { throw fault("has more values than any checkpoint") }
    stack.append(nodes.count)
    nodes.append(node)
  }

  private mutating func pop() throws(TensorFileError) -> Int {
    let place = try top()
    stack.removeLast()
    return place
  }

  private func top() throws(TensorFileError) -> Int {
    guard stack.count > marks.last ?? 0, let place = stack.last else {
      throw fault("takes a value from an empty stack")
    }
    return place
  }

  private mutating func popToMark() throws(TensorFileError) -> [Int] {
    guard let mark = marks.popLast() else { throw fault("returns to a mark that was not set") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  /// The last few values, in the order in which they were pushed.
  private mutating func pop(_ count: Int) throws(TensorFileError) -> [Int] {
    var places: [Int] = []
    for _ in 0..<count { places.append(try pop()) }
    return places.reversed()
  }

  /// The sequence of a tuple.
  private mutating func popTuple() throws(TensorFileError) -> Int {
    guard case .tuple(let sequence) = nodes[try pop()] else {
      throw fault("calls a value without a tuple of arguments")
    }
    return sequence
  }

  private mutating func recall(_ place: Int) throws(TensorFileError) {
    guard let value = memo[place] else { throw fault("reads a value that it did not store") }
    stack.append(value)
  }

  // MARK: - Values

  /// Stores a sequence; returns its number.
  private mutating func sequence(_ places: [Int]) -> Int {
    sequences.append(places)
    return sequences.count - 1
  }

  private mutating func pushTuple(_ places: [Int]) throws(TensorFileError) { try push(.tuple(sequence(places))) }

  private mutating func append(_ elements: [Int]) throws(TensorFileError) {
    let place = try top()
    switch nodes[place] {
    case .list(let sequence), .set(let sequence): sequences[sequence] += elements
    case .object(var object):
      if let sequence = object.elements {
        sequences[sequence] += elements
      } else {
        object.elements = sequence(elements)
        nodes[place] = .object(object)
      }
    default: throw fault("appends to a value that is not a list")
    }
  }

  private mutating func setItems(_ items: [Int]) throws(TensorFileError) {
    guard items.count % 2 == 0 else { throw fault("sets a key without a value") }
    let place = try top()
    switch nodes[place] {
    case .dictionary(let sequence): sequences[sequence] += items
    case .object(var object):
      if let sequence = object.items {
        sequences[sequence] += items
      } else {
        object.items = sequence(items)
        nodes[place] = .object(object)
      }
    default: throw fault("sets a key of a value that is not a dictionary")
    }
  }

  /// An integer of `count` bytes in two's complement.
  private mutating func pushLong(_ count: Int) throws(TensorFileError) {
    guard let range = cursor.skip(count) else { throw truncated }
    guard count <= 8 else { return try push(.largeInteger) }
    var bits: UInt64 = 0
    for (position, byte) in cursor.bytes[range].enumerated() { bits |= UInt64(byte) << UInt64(8 * position) }
    let shift = UInt64(64 - 8 * count)
    try push(.integer(count == 0 ? 0 : Int(Int64(bitPattern: bits << shift) >> Int64(shift))))
  }

  /// An integer in digits; in protocols below 2, `00` and `01` are the truth values.
  private mutating func pushDecimal(_ text: String) throws(TensorFileError) {
    if text == "00" || text == "01" { return try push(.boolean(text == "01")) }
    let digits = text.hasSuffix("L") ? String(text.dropLast()) : text
    if let value = Int(digits) { return try push(.integer(value)) }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }) else {
      throw fault("has a malformed number")
    }
    try push(.largeInteger)
  }

  private mutating func pushText(_ count: Int) throws(TensorFileError) {
    guard let range = cursor.skip(count) else { throw truncated }
    try push(.text(cursor.text(range)))
  }

  private mutating func pushBytes(_ count: Int) throws(TensorFileError) {
    guard cursor.skip(count) != nil else { throw truncated }
    try push(.bytes)
  }

  // MARK: - Bytes

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type = Number.self
  ) throws(TensorFileError) -> Number {
    guard let value = cursor.read(type) else { throw truncated }
    return value
  }

  private mutating func line() throws(TensorFileError) -> String {
    guard let range = cursor.line() else { throw truncated }
    return cursor.text(range)
  }

  private mutating func memoPlace() throws(TensorFileError) -> Int {
    guard let place = Int(try line()), place >= 0 else { throw fault("stores a value under a malformed number") }
    return place
  }

  private var truncated: TensorFileError { fault("ends too early; the file may be truncated") }

  private func fault(_ reason: String) -> TensorFileError {
    TensorFileError(path, "not a readable checkpoint: its pickle \(reason) (byte \(cursor.offset))")
  }
}
