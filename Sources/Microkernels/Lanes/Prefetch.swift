import CProcessor

/// Asks for a cache line before it is needed, to be kept in the second-level cache; any address will do.
@inline(__always)
func prefetch(_ address: UnsafeRawPointer) { gelan_prefetch(address.assumingMemoryBound(to: Float.self)) }
