import Glibc

/// Ends the process with `message` when `condition` is false.
///
/// The target is compiled with `-Ounchecked`, which drops `precondition`; `fatalError` stays, so a contradictory
/// geometry is reported instead of turning into a stray memory access.
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}
