import KernelInterface

/// Multiplies and adds twelve vectors in registers alone, `count` times: what the processor can do when nothing holds it
/// up, neither memory nor a sum that waits for another.
///
/// - Parameter result: a vector of floats that depends on everything, so that nothing can be left out
func multiplyAdds(_ count: Int, _ result: UnsafeMutablePointer<Float>) {
  let inFlight = Target.sumsInFlight
  // Values stay away from those that processors treat otherwise: they approach one and a half. In bf16, where the upper
  // half of a float is 0.5 or 0.75 and its lower half 0, they grow in small steps from what the last call has left.
  let (factor, term) = (Lanes(repeating: 0.5), Lanes(repeating: 0.75))
  let sumsPairs = Target.Operand.dotLength > 1
  let start = sumsPairs ? load(result) * 0x1p-30 : load(result)
  var (a0, a1, a2) = (start, start + 1, start + 2)
  var (a3, a4, a5) = (a0 + 3, a1 + 3, a2 + 3)
  var (a6, a7, a8) = (a0 + 6, a1 + 6, a2 + 6)
  var (a9, a10, a11) = (a0 + 9, a1 + 9, a2 + 9)
  @inline(__always) func advance(_ index: Int, _ a: inout Lanes) {
    guard index < inFlight else { return }
    a = sumsPairs ? Target.Operand.accumulate(a, factor, term) : sum(term, a, times: factor)
  }
  for _ in 0..<count * 12 / inFlight {
    advance(0, &a0)
    advance(1, &a1)
    advance(2, &a2)
    advance(3, &a3)
    advance(4, &a4)
    advance(5, &a5)
    advance(6, &a6)
    advance(7, &a7)
    advance(8, &a8)
    advance(9, &a9)
    advance(10, &a10)
    advance(11, &a11)
  }
  store(a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11, result)
}
