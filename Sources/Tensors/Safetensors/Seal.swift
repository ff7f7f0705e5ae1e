import Files

/// The checksums by which a safetensors file proves that it is as it was written: two SHA-256 in its own metadata.
///
/// `gelan.data_sha256` is that of the tensors' bytes, everything after the header. `gelan.header_sha256` is that of
/// everything before them, the eight bytes of length included, taken with its own 64 digits as zeros. The first is part
/// of what the second covers, so together they cover every bit of the file, and any tool that knows SHA-256 can check
/// them.
///
/// Checking the header costs next to nothing; checking the data reads the whole file. Both find accidents, not attacks:
/// whoever can change the file can change its checksums.
package enum Seal {
  package static let dataKey = "gelan.data_sha256"
  package static let headerKey = "gelan.header_sha256"

  /// What stands in place of the header's digest while it is computed.
  private static let blank = [UInt8](repeating: UInt8(ascii: "0"), count: 64)

  /// The metadata with the checksum of the data, and room for that of the header.
  static func metadata(_ metadata: [String: String], dataDigest: String) -> [String: String] {
    var metadata = metadata
    metadata[dataKey] = dataDigest
    metadata[headerKey] = String(decoding: blank, as: UTF8.self)
    return metadata
  }

  /// Puts the digest of a header, from its length on, into its place.
  static func close(_ header: inout [UInt8]) {
    guard let place = header.withUnsafeBytes({ place(in: $0) }) else {
      preconditionFailure("The writer leaves room for the digest.")
    }
    let digest = header.withUnsafeBytes { SHA256.hexadecimalDigest(of: $0) }
    header.replaceSubrange(place, with: digest.utf8)
  }

  /// The digest of a header with its own digits as zeros; nothing when there is no place for digits in it.
  fileprivate static func digest(ofHeader header: UnsafeRawBufferPointer) -> String? {
    guard let place = place(in: header) else { return nil }
    var hash = SHA256()
    hash.update(UnsafeRawBufferPointer(rebasing: header[..<place.lowerBound]))
    hash.update(blank)
    hash.update(UnsafeRawBufferPointer(rebasing: header[place.upperBound...]))
    return hash.hexadecimalDigest()
  }

  /// Where the digits of the header's digest stand. Quotes inside of a JSON string are escaped, so the key in quotes is
  /// the key itself.
  private static func place(in header: UnsafeRawBufferPointer) -> Range<Int>? {
    let key = Array("\"\(headerKey)\":\"".utf8)
    guard let found = header.firstRange(of: key), found.upperBound + blank.count <= header.count else { return nil }
    return found.upperBound..<found.upperBound + blank.count
  }
}

extension TensorFile {
  /// Whether the file's metadata names a checksum.
  package var isSealed: Bool { metadata[Seal.headerKey] != nil || metadata[Seal.dataKey] != nil }

  /// Whether names, shapes, metadata and everything else before the tensors' bytes is as it was written.
  package var hasIntactHeader: Bool {
    guard let expected = metadata[Seal.headerKey], metadata[Seal.dataKey] != nil else { return false }
    return Seal.digest(ofHeader: headerBytes) == expected
  }

  /// Whether the tensors' bytes are as they were written. Reads all of them.
  package var hasIntactData: Bool {
    guard let expected = metadata[Seal.dataKey] else { return false }
    return SHA256.hexadecimalDigest(of: dataBytes) == expected
  }
}
