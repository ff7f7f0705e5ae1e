import KernelInterface

/// Pools windows of every channel: maxima, a NaN in a window being its maximum as in PyTorch, or averages over all of a
/// window's kernel² elements, padding counting as zeros.
///
/// - Parameter output: of `geometry`'s output shape, must not overlap `input`
package func pool(
  _ kind: PoolingRow.Kind, _ input: FeatureMap, _ geometry: PoolingGeometry, to output: FeatureMap,
  microkernels: Microkernels,
  pool: ThreadPool
) {
  let run = microkernels.build(forMaps: [input, output]).maps.pool
  let work = output.width * output.channels * geometry.kernel * geometry.kernel
  let source = PixelSpan(input, count: input.shape.planeCount, channels: output.channels)
  pool.forEachRange(output.height, atLeast: rowGrain(work)) {
    for y in $0 {
      run(
        PoolingRow(
          kind: kind, input: source, rows: geometry.rows, columns: geometry.columns, y: y,
          output: OutputSpan(output, pixel: y * output.width)))
    }
  }
}
