import KernelInterface

/// Pools windows of every channel: maxima, a NaN in a window being its maximum as in PyTorch, or averages over all of a
/// window's kernel² elements, padding counting as zeros.
///
/// - Parameter output: of `geometry`'s output shape, must not overlap `input`
package func pool(
  _ kind: PoolingRow.Kind, _ input: FeatureMap, _ geometry: PoolingGeometry, to output: FeatureMap, microkernels: Microkernels,
  pool: ThreadPool
) {
  let run = isAnyInBF16([input, output]) ? microkernels.inBF16.pool : microkernels.pool
  let work = output.width * output.channels * geometry.kernel * geometry.kernel
  pool.forEachRange(output.height, atLeast: rowGrain(work)) {
    for y in $0 {
      run(
        PoolingRow(
          kind: kind, source: UnsafePointer(input.floats), pixelStride: input.floatStride, rows: geometry.rows,
          columns: geometry.columns, y: y, channels: output.channels, output: output.floats + y * output.floatRowStride,
          outputStride: output.floatStride, streams: output.isNonTemporal, precision: input.elementType,
          outputPrecision: output.elementType))
    }
  }
}
