// Instructions that have no name in Swift.

// What the processor and the system together can run: asks CPUID.
#if defined(__x86_64__)
#include <cpuid.h>

static inline int gelan_cpuid(unsigned leaf, unsigned subleaf, unsigned registers[4]) {
  return __get_cpuid_count(leaf, subleaf, &registers[0], &registers[1], &registers[2], &registers[3]);
}

// The registers whose contents the system keeps for each process (XCR0). Only to be asked when CPUID tells of OSXSAVE.
static inline unsigned gelan_saved_registers(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}
#endif

// Tells the processor that a loop only waits for another thread.
static inline void gelan_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Asks for a cache line before it is needed, to be kept in the second-level cache; any address will do.
static inline void gelan_prefetch(const float *address) { __builtin_prefetch(address, 0, 2); }

#if defined(__AVX512F__)
#include <immintrin.h>

// Stores whole cache lines past the caches; what other threads are to see of it needs a fence.
static inline void gelan_stream(float *line, __m512 x) { _mm512_stream_ps(line, x); }
static inline void gelan_fence(void) { _mm_sfence(); }

// 1 / x with a relative error of at most 2^-14, in a third of a division's time.
static inline __m512 gelan_approximate_reciprocal(__m512 x) { return _mm512_rcp14_ps(x); }

// For each lane the number of a table that the lowest four bits of an index choose.
static inline __m512 gelan_choose(__m512 table, __m512 index) {
  return _mm512_permutexvar_ps(_mm512_castps_si512(index), table);
}
#endif

#if defined(__AVX512BF16__)
// Adds to each lane the two products of the lane's two bf16 numbers.
static inline __m512 gelan_dot(__m512 sum, __m512 a, __m512 b) {
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

// The number, or the bound with its sign where that is nearer to zero; of NaN the bound.
static inline __m512 gelan_limit(__m512 x, __m512 bound) { return _mm512_range_ps(x, bound, 2); }

// Sixteen numbers in bf16 as floats.
static inline __m512 gelan_widen(__m256 x) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_castps_si256(x)), 16));
}

static inline void gelan_stream_half(float *half, __m256 x) { _mm256_stream_ps(half, x); }

// Rounds to bf16, to the nearest; neighbours come to lie together.
static inline __m256 gelan_narrow(__m512 x) { return (__m256)_mm512_cvtneps_pbh(x); }
static inline __m512 gelan_narrow_both(__m512 low, __m512 high) { return (__m512)_mm512_cvtne2ps_pbh(high, low); }
#endif
