/// One fuzz target: a name on the command line, and what it does with an input.
///
/// A target must neither trap nor read outside its memory on any input; `precondition` states what else holds.
struct FuzzTarget: Sendable {
  let name: String
  let run: @Sendable ([UInt8]) -> Void

  static let all = [
    FuzzTarget(name: "model", run: fuzzModel),
    FuzzTarget(name: "expression", run: fuzzExpression),
    FuzzTarget(name: "plan", run: fuzzPlan),
    FuzzTarget(name: "checkpoint", run: fuzzCheckpoint),
  ]
}

/// The target of this process. libFuzzer calls a C function without a context, so it is global; it is set once, before
/// libFuzzer starts.
nonisolated(unsafe) private var target = FuzzTarget.all[0]

/// The entry point that SwiftPM links an executable with, in place of libFuzzer's `main`: `Fuzz TARGET LIBFUZZER-ARGUMENTS…`.
@_cdecl("Fuzz_main")
public func main(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  let name = count > 1 ? arguments[1].map { String(cString: $0) } : nil
  guard let chosen = FuzzTarget.all.first(where: { $0.name == name }) else {
    print("usage: Fuzz \(FuzzTarget.all.map(\.name).joined(separator: "|")) [LIBFUZZER-ARGUMENTS]")
    return 2
  }
  target = chosen
  // libFuzzer sees the arguments behind the target's name, with the program's own name before them.
  arguments[1] = arguments[0]
  var (count, arguments) = (count - 1, arguments + 1)
  return runDriver(&count, &arguments) { testOneInput($0, $1) }
}

/// Runs one input. The exported name is the one that libFuzzer's own `main`, which is linked and not used, refers to.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
