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

// 1 / x with a relative error of at most 2^-14, in a third of a division's time.
static inline __m512 gelan_approximate_reciprocal(__m512 x) { return _mm512_rcp14_ps(x); }

// For each lane the number of a table that the lowest four bits of an index choose.
static inline __m512 gelan_choose(__m512 table, __m512 index) {
  return _mm512_permutexvar_ps(_mm512_castps_si512(index), table);
}
#endif
