import Elements
import KernelInterface
import MicrokernelsBaseline

#if arch(x86_64)
  import CProcessor
  import MicrokernelsAVX2
  import MicrokernelsAVX512
  import MicrokernelsAVX512BF16
#endif

/// The instruction sets that the microkernels are built for, from the least to the most capable.
package enum InstructionSet: String, CaseIterable, Sendable, Comparable {
  /// What every processor of the architecture has: SSE2 on x86-64, Neon on arm64.
  case baseline
  /// AVX2 with FMA: vectors of eight floats, sixteen registers.
  case avx2
  /// AVX-512 (F, BW, CD, DQ, VL): vectors of sixteen floats, thirty-two registers.
  case avx512
  /// AVX-512 with Winograd's inner product: the best where the processor has separate pipes for adding and multiplying, as
  /// AMD's do, and no faster than `avx512` elsewhere.
  case avx512paired = "avx512-paired"

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .baseline: 0
    case .avx2: 1
    case .avx512: 2
    case .avx512paired: 3
    }
  }

  /// Whether this processor, under this system, can run it.
  package var isAvailable: Bool {
    switch self {
    case .baseline: true
    case .avx2: ProcessorFeatures.this.hasAVX2
    case .avx512, .avx512paired: ProcessorFeatures.this.hasAVX512
    }
  }

  /// Those that this processor can run.
  package static let available = allCases.filter(\.isAvailable)

  /// The fastest of them.
  package static let best =
    available.filter { $0 != .avx512paired || ProcessorFeatures.this.hasSeparateAddPipe }.max() ?? .baseline

  /// The microkernels for it: a build for each type of operands that this processor multiplies.
  package var microkernels: Microkernels {
    require(isAvailable, "This processor cannot run \(rawValue) instructions.")
    #if arch(x86_64)
      switch self {
      case .baseline: return Microkernels(name: rawValue, fp32: MicrokernelsBaseline.Target.build)
      case .avx2: return Microkernels(name: rawValue, fp32: MicrokernelsAVX2.Target.build)
      case .avx512, .avx512paired:
        return Microkernels(
          name: rawValue, hasSeparateAddPipe: self == .avx512paired, fp32: MicrokernelsAVX512.Target.build,
          bf16: ProcessorFeatures.this.hasBF16 ? MicrokernelsAVX512BF16.Target.build : nil)
      }
    #else
      return Microkernels(name: rawValue, fp32: MicrokernelsBaseline.Target.build)
    #endif
  }
}

extension InstructionSet {
  /// Whether it has microkernels for operands of a type that this processor can run.
  package func supports(_ elementType: ElementType) -> Bool {
    switch elementType {
    case .fp32: true
    case .bf16: self >= .avx512 && ProcessorFeatures.this.hasBF16
    default: false
    }
  }
}

/// What CPUID says, as far as the builds of the microkernels need it.
private struct ProcessorFeatures {
  var hasAVX2 = false
  var hasAVX512 = false
  var hasBF16 = false
  var hasSeparateAddPipe = false

  static let this = ProcessorFeatures()

  private init() {
    #if arch(x86_64)
      func registers(_ leaf: UInt32, _ subleaf: UInt32 = 0) -> [UInt32] {
        var values: [UInt32] = [0, 0, 0, 0]
        return gelan_cpuid(leaf, subleaf, &values) != 0 ? values : [0, 0, 0, 0]
      }
      func has(_ register: UInt32, _ bits: UInt32...) -> Bool { bits.allSatisfy { register >> $0 & 1 == 1 } }

      hasSeparateAddPipe = processorHasSeparateAddPipe(vendor: registers(0), version: registers(1)[0])

      let basic = registers(1)[2]
      // FMA, MOVBE, POPCNT, OSXSAVE, AVX, F16C: what compilers assume of the Haswell generation.
      guard has(basic, 12, 22, 23, 27, 28, 29) else { return }
      let saved = gelan_saved_registers()
      let extended = registers(7)[1]
      let more = registers(0x8000_0001)[2]
      // BMI1, AVX2, BMI2; LZCNT; and the system keeps the 256-bit registers.
      hasAVX2 = has(extended, 3, 5, 8) && has(more, 5) && has(saved, 1, 2)
      // AVX-512 F, DQ, CD, BW, VL, and the system keeps the 512-bit registers. Of what else came with them, ADX and CLWB,
      // compilers use nothing unasked, and some hypervisors hide it.
      hasAVX512 = hasAVX2 && has(extended, 16, 17, 28, 30, 31) && has(saved, 5, 6, 7)
      // AVX-512 VNNI, which compilers assume of the Cooper Lake generation, and BF16; leaf 7 has a second page then.
      hasBF16 =
        hasAVX512 && has(registers(7)[2], 11) && registers(7)[0] >= 1 && has(registers(7, 1)[0], 5)
    #endif
  }
}

/// Whether a processor has separate pipes for adding and multiplying vectors: AMD's have since Zen (family 17h), of which
/// those since Zen 4 have AVX-512; Intel's multiply and add in the same.
///
/// - Parameters:
///   - vendor: EAX, EBX, ECX and EDX of CPUID's leaf 0
///   - version: EAX of leaf 1
func processorHasSeparateAddPipe(vendor: [UInt32], version: UInt32) -> Bool {
  let family = (version >> 8 & 15) + (version >> 20 & 255)
  // "AuthenticAMD", in the order of registers EBX, EDX, ECX.
  return [vendor[1], vendor[3], vendor[2]] == [0x6874_7541, 0x6974_6e65, 0x444d_4163] && family >= 0x17
}
