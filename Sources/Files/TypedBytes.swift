extension Array where Element: BitwiseCopyable {
  /// Calls a function with the array's bytes, like `withUnsafeBytes`, which would lose the type of a thrown error.
  package func withTypedBytes<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let result = withUnsafeBytes { bytes -> Result<Value, Failure> in
      do throws(Failure) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
