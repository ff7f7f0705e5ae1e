import Diagnostics
import TestSupport

/// Bytes as a model file: no trap on any path from the text to the plan or to the rendered diagnostics.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzModel(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let outcome = DamagedModel.compile(SourceFile(name: "fuzz.yaml", bytes: bytes))
  precondition(outcome.problems.isEmpty, outcome.problems.joined(separator: "; "))
  return 0
}

/// The entry point that SwiftPM links an executable with, in place of libFuzzer's `main`.
@_cdecl("FuzzModel_main")
public func main(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments) { fuzzModel($0, $1) }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
