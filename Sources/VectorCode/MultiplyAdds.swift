import KernelInterface

/// Multiplies and adds twelve vectors in registers alone, `count` times: what the processor can do when nothing holds it
/// up, neither memory nor a sum that waits for another.
///
/// - Parameter result: sixteen floats that depend on everything, so that nothing can be left out
func multiplyAdds(_ count: Int, _ result: UnsafeMutablePointer<Float>) {
  // Twelve registers of sums hide that each takes four cycles, two at a time; with a third operand they fit sixteen.
  #if TILE_OF_32_REGISTERS
    let sideBySide = 12
  #elseif FUSED_MULTIPLY_ADD
    let sideBySide = 6
  #else
    let sideBySide = 3
  #endif
  // Never to numbers that processors treat otherwise: to one and a half; in bf16, where a float's upper half is 0.5 or 0.75
  // and its lower half 0, from what the last call has left, made small, by little steps.
  let (factor, term) = (Lanes(repeating: 0.5), Lanes(repeating: 0.75))
  #if BF16_PRODUCTS
    let start = load(result) * 0x1p-30
  #else
    let start = load(result)
  #endif
  var (a0, a1, a2) = (start, start + 1, start + 2)
  var (a3, a4, a5) = (a0 + 3, a1 + 3, a2 + 3)
  var (a6, a7, a8) = (a0 + 6, a1 + 6, a2 + 6)
  var (a9, a10, a11) = (a0 + 9, a1 + 9, a2 + 9)
  @inline(__always) func advance(_ index: Int, _ a: inout Lanes) {
    guard index < sideBySide else { return }
    #if BF16_PRODUCTS
      a = PanelFactors.accumulate(a, factor, term)
    #else
      a = sum(term, a, times: factor)
    #endif
  }
  for _ in 0..<count * 12 / sideBySide {
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
