#!/bin/sh
# Coverage-guided fuzzing of the compiler and the runtime with libFuzzer and AddressSanitizer, both part of the Swift toolchain.
#
#   Tests/Fuzz/fuzz.sh model 600          bytes as a model file, ten minutes: YAML reader, model reader, elaborator,
#                                         checks, passes, planner, and the renderer for what is refused
#   Tests/Fuzz/fuzz.sh expression 120     bytes as an expression: parsed, written out, evaluated
#   Tests/Fuzz/fuzz.sh plan 600           bytes as a plan file, or as a plan's text with made-up weights: opened,
#                                         verified, and run twice at a small size
#   Tests/Fuzz/fuzz.sh checkpoint 600     bytes as a PyTorch checkpoint: every model and every tensor read
#   Tests/Fuzz/fuzz.sh model FILE         one input again
#
# Further arguments go to libFuzzer. A trap, a bad memory access, more than 1 GB, and more than 10 s for an input of at
# most 4 KB, a plan or a checkpoint 16 KB (under the sanitizers, which cost a factor of five) end the run, and the input is kept in .build/fuzz as
# crash-*, oom-* or timeout-*. The corpus stays in .build/fuzz too, so that the next run goes on from there.
set -eu
cd "$(dirname "$0")/../.."
case "${1:-}" in
  model | expression | plan | checkpoint) ;;
  *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0"; exit 2 ;;
esac
target=$1
what=${2:-600}
shift
[ $# -eq 0 ] || shift

work=.build/fuzz
GELAN_FUZZ=1 swift build -c release --scratch-path "$work/build" --product Fuzz \
  -Xswiftc -sanitize=fuzzer,address -Xswiftc -g
fuzzer="$work/build/release/Fuzz $target"
# What libswiftCore and the standard blocks keep for good looks like a leak.
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16
dictionary=Tests/Fuzz/gelan.dict
longest=4096
if [ "$target" = plan ]; then
  dictionary=Tests/Fuzz/plan.dict
  longest=16384
elif [ "$target" = checkpoint ]; then
  dictionary=Tests/Fuzz/checkpoint.dict
  longest=16384
fi
limits="-detect_leaks=0 -max_len=$longest -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512"

if [ -f "$what" ]; then exec $fuzzer $limits "$@" "$what"; fi

corpus=$work/$target
mkdir -p "$corpus"
if [ "$target" = model ]; then
  find models-yaml Tests/Fixtures Tests/CompilerTests/Golden -name '*.yaml' | while read -r file; do
    cp "$file" "$corpus/seed-$(echo "$file" | tr / -)"
  done
elif [ "$target" = plan ]; then
  cp Tests/Fixtures/plans/*.plan Tests/Fuzz/every-operator.txt "$corpus"
  for file in Tests/CompilerTests/Golden/plan/*.ir; do
    sed '1,/^--->/d' "$file" > "$corpus/seed-$(basename "$file")"
  done
elif [ "$target" = checkpoint ]; then
  cp Tests/Fixtures/checkpoints/*.pt "$corpus"
else
  # One file an argument of the parser's tests, and every quoted expression of the standard blocks.
  { grep -o '("[^"]*", "' Tests/ModelSyntaxTests/ExpressionParserTests.swift | sed 's/^("//;s/", "$//'
    sed -n 's/^[^"]*"\([^"]*\)".*/\1/p' Sources/Compiler/Blocks/gelan.yaml
  } | sort -u | { number=0; while read -r text; do
    number=$((number + 1)); printf %s "$text" > "$corpus/seed-$number"
  done; }
fi
exec $fuzzer $limits -dict=$dictionary -artifact_prefix="$work/" -max_total_time="$what" \
  -print_final_stats=1 "$@" "$corpus"
