#!/usr/bin/env bash
# Plants faults in the compiler, one at a time, and shows that they are caught:
# those in packing, requantization, epilogues and the arena plan by `tern
# verify`, which names the layer; those in import and expansion by the must-pass
# list (which needs ../shared). Builds in build/faults; the tree stays as it is.
# Ends with "N passed, N failed" (a fault that is caught passes).
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD tree=$PWD/build/faults/tern
model=$source/examples/digits/model.onnx

mkdir -p build/faults
git worktree prune
[ -d "$tree" ] || git worktree add -q --detach "$tree" HEAD
git -C "$tree" reset -q --hard
git -C "$tree" checkout -q --detach "$(git rev-parse HEAD)"
"$tree/scripts/build.sh" tern >/dev/null

passed=0 failed=0
report() { # fault, whether it was caught, what was said
  if [ "$2" = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  echo "$([ "$2" = 1 ] && echo caught || echo MISSED) $1: $3"
}

plant() { # fault: builds a compiler that has it
  git -C "$tree" reset -q --hard
  git -C "$tree" apply "$source/test/faults/$1.patch"
  "$tree/scripts/build.sh" tern >/dev/null
}

for fault in packing requantization epilogue arena; do
  plant $fault
  code=0
  said=$("$tree/build/bin/tern" verify "$model" --target=host) || code=$?
  worst=$(grep '^worst: layer' <<<"$said" || true)
  caught=0
  [ $code -eq 1 ] && [ -n "$worst" ] && caught=1
  report $fault $caught "exit code $code; $worst"
done

tests=$(find build -maxdepth 5 -type d -path '*onnx_tests*' -name node 2>/dev/null | head -1)
for fault in import expansion; do
  if [ -z "$tests" ]; then
    echo "skipped $fault: no ONNX tests in build (run scripts/test.sh with ../shared)"
    continue
  fi
  plant $fault
  code=0
  said=$("$tree/build/bin/tern" verify --onnx-tests "$(dirname "$tests")" \
    --list test/conformance/onnx-tests.txt --target=reference 2>/dev/null) || code=$?
  caught=0
  [ $code -eq 1 ] && caught=1
  report $fault $caught "exit code $code; $(tail -1 <<<"$said")"
done
git -C "$tree" reset -q --hard
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
