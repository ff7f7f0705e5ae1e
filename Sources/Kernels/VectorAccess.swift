/// Names the vector width of the kernels: two registers of the baseline instruction set, enough to overlap latencies.
typealias Float8 = SIMD8<Float>

/// Loads eight floats from any address.
@inline(__always)
func load8(_ source: UnsafePointer<Float>) -> Float8 {
  UnsafeRawPointer(source).loadUnaligned(as: Float8.self)
}

/// Loads sixteen floats from any address.
@inline(__always)
func load16(_ source: UnsafePointer<Float>) -> SIMD16<Float> {
  UnsafeRawPointer(source).loadUnaligned(as: SIMD16<Float>.self)
}

/// Loads the first `count` (1…8) floats and leaves the other lanes zero; reads nothing beyond them.
@inline(__always)
func load8(_ source: UnsafePointer<Float>, first count: Int) -> Float8 {
  if count >= 8 { return load8(source) }
  var vector = Float8()
  for lane in 0..<count { vector[lane] = source[lane] }
  return vector
}

/// Stores eight floats to any address.
@inline(__always)
func store8(_ vector: Float8, _ destination: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(destination).storeBytes(of: vector, as: Float8.self)
}

/// Stores the first `count` (1…8) floats and writes nothing beyond them.
@inline(__always)
func store8(_ vector: Float8, _ destination: UnsafeMutablePointer<Float>, first count: Int) {
  if count >= 8 { return store8(vector, destination) }
  for lane in 0..<count { destination[lane] = vector[lane] }
}
