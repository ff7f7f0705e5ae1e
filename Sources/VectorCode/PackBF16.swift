import CProcessor
import Elements
import KernelInterface

#if BF16_PRODUCTS
  /// What panels and packed weights hold: two numbers in the place of a float.
  var panelPrecision: ElementType { .bf16 }

  /// Copies neighbouring pixels into a panel, rounded to bf16, thirty-two channels at a time.
  func packPixels(_ run: PixelRun, _ panel: Panel) {
    if !run.precision.isSingle { return copyPixels(run, floats: run.channels / 2, panel) }
    // Pixel by pixel, as memory is read ahead; the panel is in cache.
    var pixel = run.source
    var row = panel.start
    for _ in 0..<run.count {
      var source = pixel
      var destination = row
      var left = run.channels
      while left >= 32 {
        store(gelan_narrow_both(load(source), load(source + 16)), destination)
        source += 32
        destination += panel.blockStride
        left -= 32
      }
      if left > 16 {
        store(gelan_narrow_both(load(source), wholePairs(source + 16, left - 16)), destination)
      } else if left > 0 {
        storeHalf(gelan_narrow(wholePairs(source, left)), destination)
      }
      pixel += run.pixelStep
      row += 16
    }
  }

  /// Loads up to sixteen numbers of which the last, if its number is odd, has a zero for a neighbour; beyond that they may
  /// be anything.
  @inline(__always)
  private func wholePairs(_ source: UnsafePointer<Float>, _ count: Int) -> Lanes {
    count % 2 == 0 ? load(source) : oddPairs(source, count)
  }

  @inline(never)
  private func oddPairs(_ source: UnsafePointer<Float>, _ count: Int) -> Lanes {
    var lanes = load(source)
    lanes[count] = 0
    return lanes
  }

  @inline(__always)
  func storeHalf(_ numbers: SIMD8<Float>, _ destination: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: numbers, as: SIMD8<Float>.self)
  }

  /// How vectors of transformed tiles and of maps in bf16 lie in memory: in half as much.
  enum PanelStorage: LaneSource, LaneStorage {
    @inline(__always) static var vectorsInBlock: Int { 2 }

    @inline(__always)
    static func get(_ source: UnsafePointer<Float>) -> Lanes {
      gelan_widen(UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self))
    }

    @inline(__always)
    static func put(_ lanes: Lanes, _ destination: UnsafeMutablePointer<Float>) {
      storeHalf(gelan_narrow(lanes), destination)
    }

    @inline(__always)
    static func put(_ lanes: Lanes, _ destination: UnsafeMutablePointer<Float>, first count: Int) {
      if count >= 16 { return put(lanes, destination) }
      store(gelan_narrow_both(lanes, Lanes()), destination, first: count / 2)
    }

    @inline(__always)
    static func stream(_ lanes: Lanes, _ destination: UnsafeMutablePointer<Float>) {
      gelan_stream_half(destination, gelan_narrow(lanes))
    }
  }

  /// Lays weights out for products, zeros in columns that do not exist.
  func packWeights(_ packing: WeightPacking) {
    for group in packing.range {
      let vectors = packing.groups.width(of: group)
      let firstColumn = packing.groups.start(of: group) * 16
      var destination = packing.packed + firstColumn * packing.depth
      for d in 0..<packing.depth {
        for vector in 0..<vectors {
          let first = firstColumn + vector * 16
          let columns = max(0, min(16, packing.columns - first))
          func weights(_ place: Int32) -> Lanes {
            var lanes = Lanes()
            guard place >= 0 else { return lanes }
            var weight = packing.weight + (first * packing.columnStride + Int(place))
            for lane in 0..<columns {
              lanes[lane] = weight.pointee
              weight += packing.columnStride
            }
            return lanes
          }
          store(together(weights(packing.places[2 * d]), weights(packing.places[2 * d + 1])), destination)
          destination += 16
        }
      }
    }
  }

  /// Rounds the weights of two neighbours to bf16 and lays each pair together.
  @inline(__always)
  func together(_ first: Lanes, _ second: Lanes) -> Lanes {
    typealias Words = SIMD16<UInt32>
    let upper = Words(repeating: 0xFFFF_0000)
    // The upper half of a float is a bf16, and half a unit of its last place, or a little less before an even number,
    // carries into it where it has to be rounded up. A NaN keeps its place with a bit that no carry can take away.
    @inline(__always) func rounded(_ lanes: Lanes) -> Words {
      let bits = unsafeBitCast(lanes, to: Words.self)
      let odd = (bits &>> Words(repeating: 16)) & Words(repeating: 1)
      let nearest = bits &+ Words(repeating: 0x7FFF) &+ odd
      return nearest.replacing(with: bits | Words(repeating: 0x0040_0000), where: lanes .!= lanes) & upper
    }
    return unsafeBitCast((rounded(first) &>> Words(repeating: 16)) | rounded(second), to: Lanes.self)
  }
#endif
