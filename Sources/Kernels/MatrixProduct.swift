import COpenBLAS

/// Computes output = left · right, or output += left · right, on the calling thread.
///
/// - Parameters:
///   - left: (rows, depth), rows `leftStride` apart
///   - right: (depth, columns), rows `rightStride` apart
///   - output: (rows, columns), rows `outputStride` apart
func matrixProduct(
  rows: Int, columns: Int, depth: Int, left: UnsafePointer<Float>, leftStride: Int, right: UnsafePointer<Float>,
  rightStride: Int, accumulate: Bool, output: UnsafeMutablePointer<Float>, outputStride: Int
) {
  cblas_sgemm(
    CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(columns), blasint(depth), 1, left,
    blasint(leftStride), right, blasint(rightStride), accumulate ? 1 : 0, output, blasint(outputStride))
}

/// Makes OpenBLAS use the calling thread alone: the pool's threads each multiply a tile of their own.
func useCallingThreadForProducts() {
  _ = singleThreadSetting
}

private let singleThreadSetting: Void = openblas_set_num_threads(1)

/// What multiplies matrices, and for which kind of processor: `openblas-haswell`.
package var convolutionBackend: String {
  "openblas-" + String(cString: openblas_get_corename()).lowercased()
}
