#!/bin/bash
# Builds gelan for arm64 and runs it on an emulated processor (make check-arm64; as root, on x86-64).
#
# The inner loops that every processor has are all that arm64 gets, with its own multiply-and-add. Proven here:
#
#   1. Everything compiles and links, the tests too.
#   2. The executable multiplies and adds in one instruction, and calls no function for it.
#   3. A plan that arm64 compiles is, byte for byte, the one that this machine compiles, and its outputs agree.
#   4. The tests of kernels pass.
#
# A compiler for this machine with a standard library for arm64 comes from Debian unstable, in a folder of 6 GB that is kept
# for the next time.
#
#   Tests/Tools/check_arm64.sh [FOLDER]      in /var/tmp/gelan-arm64 by default; some fifteen minutes
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
root=$(realpath -m "${1:-/var/tmp/gelan-arm64}")
cd "$(dirname "$0")/../.."
[ "$(uname -m)" = x86_64 ] || { echo "This is for x86-64; elsewhere 'make test' proves the same."; exit 1; }
[ "$(id -u)" = 0 ] || { echo "A folder with another system in it needs root."; exit 1; }
case $root/ in "$PWD"/*) echo "$root is inside of the sources, which are copied to it."; exit 1 ;; esac
for tool in debootstrap qemu-aarch64-static rsync python3; do
  command -v $tool > /dev/null || { echo "$tool is missing; make check-arm64 installs it"; exit 1; }
done
# What is mounted in the folder is mounted for this process alone, and goes with it.
[ -n "${GELAN_OWN_MOUNTS:-}" ] || GELAN_OWN_MOUNTS=1 exec unshare --mount Tests/Tools/check_arm64.sh "$root"
failures=0
fail() { echo "  FAILED: $*"; failures=$((failures + 1)); }
inside() { chroot "$root" env -u LD_LIBRARY_PATH PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }
# Ends with what a command said last when it fails.
must() { "$@" > "$root.log" 2>&1 || { echo "  FAILED: $*"; tail -n 20 "$root.log"; exit 1; }; }

libraries=/arm64/usr/libexec/swift/lib/swift
if [ ! -e "$root/ready" ]; then
  echo "== Debian unstable with Swift for both architectures, in $root"
  [ ! -e "$root" ] || { echo "That folder is there and not ready. If an earlier run made it, please remove it."; exit 1; }
  must debootstrap --variant=minbase sid "$root"
  # How this machine reaches Debian.
  apt-config dump | grep '^Acquire::' > "$root/etc/apt/apt.conf.d/network" || true
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  must inside dpkg --add-architecture arm64
  must inside apt-get update
  must inside apt-get install -y --no-install-recommends swiftlang libc6-dev g++-aarch64-linux-gnu pkg-config git \
    libyaml-dev:arm64 libturbojpeg0-dev:arm64 libpng-dev:arm64 zlib1g-dev:arm64 libstdc++6:arm64
  # The two architectures of these packages exclude each other, so that one is unpacked beside the other.
  for package in swiftlang libswiftlang; do
    must inside bash -c "cd /tmp && apt-get download $package:arm64 && dpkg -x ${package}_*_arm64.deb /arm64"
  done
  rm -f "$root"/tmp/*.deb
  must inside ln -sfn $libraries /usr/lib/swift
  # Swift's linker asks for this library, and the package does not have it; it holds nothing that tests here use.
  must inside aarch64-linux-gnu-gcc -shared -o $libraries/linux/lib_Testing_Foundation.so -x c /dev/null
  cp "$(command -v qemu-aarch64-static)" "$root/usr/bin/"
  kit=$root/kits/arm64.artifactbundle
  mkdir -p "$kit/kit"
  cat > "$kit/info.json" <<END
{"schemaVersion": "1.0", "artifacts": {"arm64": {"type": "swiftSDK", "version": "1", "variants": [{"path": "kit"}]}}}
END
  cat > "$kit/kit/swift-sdk.json" <<END
{"schemaVersion": "4.0", "targetTriples": {"aarch64-unknown-linux-gnu":
  {"sdkRootPath": "/", "swiftResourcesPath": "$libraries", "toolsetPaths": ["tools.json"]}}}
END
  cat > "$kit/kit/tools.json" <<END
{"schemaVersion": "1.0", "swiftCompiler": {"extraCLIOptions":
  ["-Xcc", "-isystem/usr/include/aarch64-linux-gnu", "-use-ld=lld", "-L/usr/lib/aarch64-linux-gnu"]}}
END
  touch "$root/ready"
fi

sources=(Package.swift Sources Tests models-yaml)
mkdir -p "$root/gelan"
rsync -a --delete "${sources[@]}" "$root/gelan/"
# Swift asks the system for the number of cores and the like.
for folder in proc dev; do mount --bind /$folder "$root/$folder"; done
build() {
  must inside env GELAN_ARCHITECTURE=arm64 PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig \
    swift build --package-path /gelan --swift-sdks-path /kits --swift-sdk arm64 "$@"
}
emulate() { inside env LD_LIBRARY_PATH=$libraries/linux:/usr/lib/aarch64-linux-gnu qemu-aarch64-static "$@"; }
built=/gelan/.build/aarch64-unknown-linux-gnu

echo "== 1. building ($(inside swift --version 2> /dev/null | head -n 1))"
build -c release --product gelan
build --build-tests
echo "  gelan and its tests are built"

echo "== 2. the executable"
inside /usr/libexec/swift/bin/llvm-objdump -d --no-show-raw-insn $built/release/gelan > "$root/tmp/instructions"
fused=$(grep -cE '\sfmla\s' "$root/tmp/instructions" || true)
calls=$(grep -cE '\sbl\s.*<fmaf?[@>]' "$root/tmp/instructions" || true)
echo "  $fused vectors are multiplied and added at once, $calls numbers by a call"
[ "$fused" -gt 1000 ] && [ "$calls" = 0 ] || fail "products are not what arm64 has instructions for"

echo "== 3. plans and outputs"
must swift build -c release --product gelan
here=$(swift build -c release --show-bin-path)/gelan
there() { emulate $built/release/gelan "$@"; }
work=$root/tmp/plans
rm -rf "$work"
mkdir -p "$work"
python3 Tests/Tools/plan_outputs.py images "$work"
for model in models-yaml/gelan-t.yaml Tests/Fixtures/models/every-step.yaml; do
  name=$(basename $model .yaml)
  options=(--random-weights 3)
  [ "$name" != gelan-t ] || options+=(--input 64)
  must "$here" compile $model "${options[@]}" -o "$work/$name.expected.plan"
  must there compile /gelan/$model "${options[@]}" -o /tmp/plans/$name.plan
  if cmp "$work/$name.plan" "$work/$name.expected.plan"; then
    echo "  $name: the plan is the same"
  else
    fail "the plan of $name is another one on arm64"
  fi
  must "$here" run "$work/$name.plan" --inputs "$work/$name.images" --outputs "$work/$name.expected"
  must there run /tmp/plans/$name.plan --inputs /tmp/plans/$name.images --outputs /tmp/plans/$name.arm64
  if difference=$(python3 Tests/Tools/plan_outputs.py compare "$work/$name.arm64" "$work/$name.expected"); then
    echo "  $name: outputs differ by $difference"
  else
    fail "outputs of $name differ by $difference"
  fi
done

echo "== 4. tests of kernels, emulated"
# check_processors.sh says which are left out, and why.
if emulate $built/debug/gelanPackageTests.xctest --testing-library swift-testing --no-parallel --filter KernelsTests \
  --skip 'ContradictionTests|joinsInputsAndAddsMaps|addsMapsAndActivates' > "$root/tmp/tests" 2>&1; then
  echo "  $(tail -n 1 "$root/tmp/tests" | sed 's/^[^T]*//')"
else
  fail "tests of kernels"
  grep -E 'recorded an issue|failed|Fatal' "$root/tmp/tests" | tail -n 20
fi
[ $failures = 0 ] || { echo "$failures failed"; exit 1; }
echo "arm64 computes what x86-64 does"
