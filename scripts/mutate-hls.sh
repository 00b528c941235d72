#!/usr/bin/env bash
# Plants faults in emitted designs, one at a time, and shows that the testbench
# catches them in C simulation: a queue that is too short stops the design (the
# streams are named), a wrong folding and a sum that is too narrow give wrong
# values. Ends with "N passed, N failed" (a fault that is caught passes).
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

build/bin/tern compile test/e2e/Inputs/residual.onnxtxt --target=zu7ev \
  -o "$out/plain" >/dev/null

simulate() { # project: compiles it and runs the testbench in it
  (cd "$1" && clang++-19 -O1 -DTERN_HLS_SIM -ffp-contract=off \
    -Wno-unknown-pragmas -x c residual_host.c -x c++ residual_design.cpp \
    residual_call.cpp residual_testbench.cpp -lm -o testbench &&
    ./testbench 2>&1)
}

passed=0 failed=0
report() { # name, whether it went as it should, what was said
  if [ "$2" = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  echo "$([ "$2" = 1 ] && echo ok || echo FAILED) $1: $(tr '\n' ';' <<<"$3")"
}

said=$(simulate "$out/plain") && good=1 || good=0
report "no fault" $good "$said"

mutate() { # name, what must be said, a Python expression of `text` and `re`
  cp -r "$out/plain" "$out/$1"
  "${PYTHON:-/usr/bin/python3}" - "$out/$1/residual_design.cpp" "$3" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
changed = eval(sys.argv[2])
assert changed != text, "nothing to change"
open(sys.argv[1], "w").write(changed)
PY
  local code=0 caught=0
  said=$(simulate "$out/$1") || code=$?
  [ $code -ne 0 ] && grep -q "$2" <<<"$said" && caught=1
  report "$1" $caught "$said"
}

# The queue around the two windows, a quarter shorter than what was computed (the
# converter behind it holds a few words more).
mutate short-fifo "deadlock" \
  're.sub(r", (\d\d+)> from_fork", lambda m: f", {int(m[1]) * 3 // 4}> from_fork", text)'
# Rows of a weight word that lie half as far apart.
mutate wrong-folding "DIFFERENT" \
  're.sub(r"(matrix\w*\[.*?\* )(\d+)( \+ k)", lambda m: m[1] + str(int(m[2]) // 2) + m[3], text, count=1)'
# Sums six bits narrower than the interval of the weights says.
mutate narrow-sum "DIFFERENT" \
  're.sub(r"ap_int<(19|18)>", lambda m: f"ap_int<{int(m[1]) - 6}>", text)'

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
