#!/bin/bash
# Checks the must-pass lists on one target against the fixtures in ../shared.
#
#   test/conformance/run.sh TERN TARGET [SCRATCH]
#
# onnx-tests.txt lists ONNX backend tests, models.txt models. What is on a list
# must pass: a skip is a failure. On the host every other test runs, too, and
# may be refused but must neither fail nor crash. Exits 77 (skipped) where
# ../shared is absent, and ends with "P passed, F failed".
set -u
tern=$(realpath "$1") target=$2 scratch=${3:-$(mktemp -d)}
here=$(cd "$(dirname "$0")" && pwd)
shared=$(cd "$here/../.." && pwd)/../shared
if [ ! -d "$shared" ]; then
  echo "no ../shared: skipped"
  exit 77
fi

tests=$scratch/onnx_tests
if [ ! -d "$tests/node" ]; then
  mkdir -p "$tests.part.$$"
  tar -xJf "$shared/conformance/onnx_tests.tar.xz" -C "$tests.part.$$" || exit 3
  # Two targets may unpack at once; the first rename wins.
  mv -T "$tests.part.$$" "$tests" 2>/dev/null || rm -rf "$tests.part.$$"
fi
root=$(dirname "$(find "$tests" -maxdepth 3 -type d -name node | head -1)")

log=$scratch/onnx-$target.log
arguments=(--onnx-tests "$root" --target="$target")
[ "$target" = host ] || arguments+=(--list "$here/onnx-tests.txt")
"$tern" verify "${arguments[@]}" >"$log" 2>"$log.errors"

passed=0 failed=0
while read -r name; do
  if grep -qx "PASS $name" "$log"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    grep "^[A-Z]* $name\(:\|\$\)" "$log" || echo "FAIL $name: not run"
  fi
done <"$here/onnx-tests.txt"
# Beyond the list: no failures, and so no crashes.
others=$(grep '^FAIL ' "$log" | grep -vFf "$here/onnx-tests.txt")
if [ -n "$others" ]; then
  echo "$others"
  failed=$((failed + $(echo "$others" | wc -l)))
fi

while read -r name; do
  log=$scratch/model-$target-$name.log
  timeout 300 "$tern" verify "$shared/models/$name/model.onnx" \
    --target="$target" >"$log" 2>&1
  code=$?
  if [ $code -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL model $name: exit code $code: $(tail -1 "$log")"
  fi
done <"$here/models.txt"

# No model crashes or hangs the compiler, whether it is taken or not.
if [ "$target" = host ]; then
  for model in "$shared"/models/*/model.onnx; do
    timeout 120 "$tern" check "$model" >/dev/null 2>&1
    code=$?
    if [ $code -gt 1 ]; then
      failed=$((failed + 1))
      echo "FAIL check $model: exit code $code"
    fi
  done
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
