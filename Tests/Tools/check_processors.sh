#!/bin/bash
# Proves that every processor is given only instructions that it has (make check-processors).
#
# The microkernels are built four times, and which build runs is chosen when the program starts. That choice protects
# nobody if an instruction gets past it: the same function of the standard library, made in two builds, is linked once,
# from either. So:
#
#   1. Object files: no function that a build for AVX2 or AVX-512 makes may also be made elsewhere.
#   2. The executable: instructions beyond the baseline only in functions of those builds.
#   3. Outputs: plans with every kind of step and every convolution kernel, on emulated processors without AVX, with AVX2
#      and no AVX-512, and on this one with each of its instruction sets; all must agree with this one's best, and products
#      in bf16 come close.
#   4. The tests of kernels on the emulated processors, with 2 for their debug build.
#
#   Tests/Tools/check_processors.sh [--no-tests]      without part 4, which takes some ten minutes; the rest takes one
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
[ "$(uname -m)" = x86_64 ] || { echo "There is one instruction set on $(uname -m), and nothing to choose."; exit 0; }
for tool in qemu-x86_64 nm objdump python3; do
  command -v $tool >/dev/null || { echo "$tool is missing; make check-processors installs qemu-user and binutils"; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "  FAILED: $*"; failures=$((failures + 1)); }

# Emulates a processor. QEMU names on standard error what it lacks of one; the rest of it is passed on.
emulate() {
  local processor=$1
  shift
  qemu-x86_64 -cpu "$processor" "$@" 2> >(grep -v "^qemu-x86_64: warning: TCG doesn't support" >&2)
}

# The functions that an AVX build and another module in a list of objects both make, each with all its modules: weak ones,
# which the linker takes from the first object that has them. Data of that kind, such as caches of metadata, is equal in
# all objects and no instruction.
shared_functions() {
  xargs nm -A --defined-only < "$1" | awk '
    { split($0, part, ":"); count = split(part[1], folder, "/"); module = folder[count - 1]; sub(/\.build$/, "", module) }
    NF == 3 && $2 ~ /[TWwi]/ && !(($3, module) in seen) { seen[$3, module]; modules[$3] = modules[$3] " " module }
    END { for (name in modules) if (modules[name] ~ /MicrokernelsAVX/) print name modules[name] }
  ' | awk 'NF > 2' | sort
}

check_objects() {
  local list=$1
  shared_functions "$list" > "$work/shared"
  if [ -s "$work/shared" ]; then
    fail "functions of an AVX build that other modules make, too:"
    swift demangle < "$work/shared" | sed 's/^/    /'
  else
    echo "  no function of the AVX builds is made elsewhere ($(wc -l < "$list") objects)"
  fi
}

# What VEX and EVEX encode begins with a v, masks with a k; the rest are those of BMI and its companions. Not tzcnt, which
# the baseline's "rep bsf" is read as.
check_instructions() {
  local executable=$1 list=$2
  # Functions of the AVX builds alone, with those of their files alone.
  grep -E '/MicrokernelsAVX[0-9A-Z]+\.build/' "$list" | xargs nm --defined-only | awk '$2 ~ /[TtWwi]/ { print $3 }' | sort -u \
    | join -v 1 - <(shared_functions "$list") > "$work/allowed"
  objdump -d --no-show-raw-insn "$executable" | awk -v allowed="$work/allowed" '
    BEGIN { while ((getline name < allowed) > 0) known[name] }
    /^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3); next }
    /\t(v[a-z0-9]+|k[a-z]+|andn|bextr|bls[a-z]+|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx|lzcnt|popcnt|movbe|ad[co]x) / {
      if (name in known) inside++; else if (!(name in outside)) { outside[name]; print name ": " $2 }
    }
    END { print inside > "/dev/stderr" }
  ' 2> "$work/inside" | sort | swift demangle > "$work/outside"
  if [ -s "$work/outside" ]; then
    fail "instructions beyond the baseline outside of the AVX builds:"
    sed 's/^/    /' "$work/outside"
  else
    echo "  all $(cat "$work/inside") instructions beyond the baseline are in functions of the AVX builds"
  fi
}

echo "== building gelan"
swift build -c release --product gelan > "$work/build" 2>&1 || { grep 'error' "$work/build"; exit 1; }
gelan=$(swift build -c release --show-bin-path)/gelan
objects=$gelan.product/Objects.LinkFileList

echo "== 1. object files"
check_objects "$objects"
echo "== 2. the executable"
check_instructions "$gelan" "$objects"

echo "== the emulator"
# It must tell what it lacks and stop at what it does not have, or the rest proves nothing.
compiler=$(command -v clang || command -v cc)
number=0
for instruction in "addps %xmm0, %xmm0" "vaddps %ymm0, %ymm0, %ymm0" "vaddps %zmm0, %zmm0, %zmm0"; do
  number=$((number + 1))
  name=$work/instruction$number
  echo "int main(void) { __asm__ volatile(\"$instruction\"); return 0; }" | "$compiler" -x c -o "$name" -
done
for case in Nehalem:100 Haswell:110; do
  ran=""
  for number in 1 2 3; do
    if (emulate "${case%:*}" "$work/instruction$number") > /dev/null 2>&1; then ran+=1; else ran+=0; fi
  done
  [ "$ran" = "${case#*:}" ] || fail "QEMU's ${case%:*} runs other instructions than that processor: $ran of SSE, AVX, AVX-512"
done
[ $failures -gt 0 ] || echo "  Nehalem stops at AVX, Haswell at AVX-512"

echo "== 3. outputs"
"$gelan" compile models-yaml/gelan-t.yaml --random-weights 3 --input 64 -o "$work/gelan-t.plan" > /dev/null 2>&1
"$gelan" compile Tests/Fixtures/models/every-step.yaml --random-weights 3 -o "$work/every-step.plan" > /dev/null 2>&1
python3 Tests/Tools/plan_outputs.py images "$work"
kernels=$("$gelan" bench "$work/gelan-t.plan" --input 256 --repeat 1 --layers --json | python3 -c '
import json, sys
print(*sorted({layer["kernel"] for layer in json.load(sys.stdin)["layers"] if layer["operator"] == "conv2d"}))')
echo "  kernels of convolutions in these plans: $kernels depthwise"

# Prints how far the outputs of two runs differ, and fails when that is too far.
compare() { python3 Tests/Tools/plan_outputs.py compare "$@"; }

# Runs both plans, in a way named first, with a command before gelan; the kernels must be those that are expected.
check_runs() {
  local name=$1 expected=$2
  shift 2
  local plan found difference
  found=$("$@" bench "$work/every-step.plan" --repeat 1 --json | sed 's/.*"kernels":"\([a-z0-9-]*\)".*/\1/')
  [ "$found" = "$expected" ] || fail "$name has kernels '$found', not $expected"
  for plan in gelan-t every-step; do
    if ! "$@" run "$work/$plan.plan" --inputs "$work/$plan.images" --outputs "$work/$plan.$name" 2> "$work/errors"; then
      fail "$plan on $name: $(tail -n 3 "$work/errors")"
    elif [ "$name" = best ]; then
      cp "$work/$plan.$name" "$work/$plan.expected"
    elif difference=$(compare "$work/$plan.$name" "$work/$plan.expected"); then
      echo "  $name ($expected), $plan: $difference"
    else
      fail "$plan on $name differs from this processor's best by $difference"
    fi
  done
  "$@" detect "$work/gelan-t.plan" Tests/Fixtures/images/street.png --input 64 --conf 0.001 > /dev/null 2> "$work/errors" \
    || fail "detect on $name: $(tail -n 3 "$work/errors")"
}

kernels() { GELAN_KERNELS=$1 "$gelan" "${@:2}"; }
best=$("$gelan" bench "$work/every-step.plan" --repeat 1 --json | sed 's/.*"kernels":"\([a-z0-9-]*\)".*/\1/')
check_runs best "$best" "$gelan"
for set in baseline avx2 avx512 avx512-paired; do
  if "$gelan" bench "$work/every-step.plan" --repeat 1 --kernels $set > /dev/null 2> "$work/errors"; then
    check_runs "native-$set" $set kernels $set
  else
    echo "  this processor runs no $set kernels, so those are not checked"
  fi
done
# In bf16, where this processor has it: factors and maps have eight bits, which moves boxes by some hundredths of a pixel.
if "$gelan" bench "$work/every-step.plan" --repeat 1 --precision bf16 > /dev/null 2>&1; then
  for set in avx512 avx512-paired; do
    for plan in gelan-t every-step; do
      if ! "$gelan" run "$work/$plan.plan" --kernels $set --precision bf16 --inputs "$work/$plan.images" \
        --outputs "$work/$plan.bf16" 2> "$work/errors"; then
        fail "$plan in bf16: $(tail -n 3 "$work/errors")"
      elif difference=$(compare "$work/$plan.bf16" "$work/$plan.expected" 0.5 5e-3); then
        echo "  native-bf16 ($set), $plan: $difference"
      else
        fail "$plan in bf16 differs from single precision by $difference"
      fi
    done
  done
else
  echo "  this processor multiplies no bf16, so that is not checked"
fi
check_runs Nehalem baseline emulate Nehalem "$gelan"
check_runs Haswell avx2 emulate Haswell "$gelan"
for case in Nehalem:avx2 Haswell:avx512; do
  status=0
  emulate "${case%:*}" "$gelan" bench "$work/every-step.plan" --kernels "${case#*:}" > /dev/null 2>&1 || status=$?
  [ $status = 2 ] || fail "${case%:*} is asked for ${case#*:} kernels and ends with status $status, not 2"
  status=0
  emulate "${case%:*}" "$gelan" bench "$work/every-step.plan" --precision bf16 > /dev/null 2>&1 || status=$?
  [ $status = 2 ] || fail "${case%:*} is asked for bf16 and ends with status $status, not 2"
done

if [ "${1:-}" != --no-tests ]; then
  echo "== 4. tests of kernels, emulated"
  swift build --build-tests > "$work/build" 2>&1 || { grep 'error' "$work/build"; exit 1; }
  bundle=$(swift build --show-bin-path)/gelanPackageTests.xctest
  # Types that tests could use have their metadata, for which all modules make the same functions.
  check_instructions "$bundle" "$(dirname "$bundle")/gelanPackageTests.product/Objects.LinkFileList"
  # Not those that start the tests again, as the system would do without the emulator, nor those that compute references
  # in double precision for minutes: the plans above have sums and joins, too.
  for processor in Nehalem Haswell; do
    if emulate $processor "$bundle" --testing-library swift-testing --no-parallel --filter KernelsTests \
      --skip 'ContradictionTests|joinsInputsAndAddsMaps|addsMapsAndActivates' > "$work/tests" 2>&1; then
      echo "  $processor: $(tail -n 1 "$work/tests" | sed 's/^[^T]*//')"
    else
      fail "tests on $processor"
      grep -E 'recorded an issue|failed|Fatal' "$work/tests" | tail -n 20
    fi
  done
fi

[ $failures = 0 ] || { echo "$failures failed"; exit 1; }
echo "no instruction is where it should not be"
