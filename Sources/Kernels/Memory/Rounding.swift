/// Rounds a positive number up to a multiple.
@inline(__always)
package func roundUp(_ number: Int, to multiple: Int) -> Int {
  (number + multiple - 1) / multiple * multiple
}
