/// Why a text is not JSON, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The byte at which reading stopped, counted from 0.
  package let offset: Int
  /// What is wrong there, without capital letter and full stop.
  package let message: String

  package var description: String { "invalid JSON at byte \(offset): \(message)" }
}
