#!/usr/bin/env bash
# Plants faults in an emitted CUDA kernel, one at a time, and shows that each is
# caught on the CPU: by values or a fault of the simulation, under several
# orders of threads and both moments at which copies may land, or, where only
# luck keeps the accesses apart, by ThreadSanitizer. The kernel as emitted must
# pass all of it. Needs build/bin/tern-opt and tern-backend and clang++-19. Ends
# with "N passed, N failed" (a fault that is caught passes).
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
inputs=test/lib/Backend/CUDA/Inputs
build/bin/tern-opt $inputs/gemm.mlir --tern-lower-contractions \
  --tern-lower-linalg --tern-map-grid --tern-lower-codes \
  --tern-flatten-buffers --canonicalize --cse --mlir-print-debuginfo -o "$scratch/gemm.kern.mlir"
build/bin/tern-backend "$scratch/gemm.kern.mlir" --cuda >"$scratch/right.cu"

compile() { # .cu, program, further options
  local source=$1 program=$2
  shift 2
  clang++-19 -std=c++17 -O1 -DTERN_SHIM -ffp-contract=off -fno-strict-aliasing \
    -pthread -Ilib/Backend/CUDA/Runtime -Iinclude "$@" \
    -x c++ "$source" $inputs/run-gemm.cpp -o "$program"
}

# What was wrong, or nothing.
values() { # .cu
  compile "$1" "$scratch/run"
  for copies in lazy eager; do
    for order in forward reverse shuffle:1 shuffle:7; do
      if ! TERN_SHIM_COPIES=$copies TERN_SHIM_ORDER=$order "$scratch/run" \
        >"$scratch/output" 2>"$scratch/said"; then
        echo "$copies, $order: $(head -1 "$scratch/said")"
        return
      fi
      [ -f "$scratch/expected" ] || cp "$scratch/output" "$scratch/expected"
      if ! cmp -s "$scratch/output" "$scratch/expected"; then
        echo "$copies, $order: wrong values"
        return
      fi
    done
  done
}
races() { # .cu
  compile "$1" "$scratch/race" -g -DTERN_SHIM_THREADS -fsanitize=thread
  setarch -R "$scratch/race" >/dev/null 2>"$scratch/said" || true
  grep -m1 "WARNING: ThreadSanitizer" "$scratch/said" || true
}

passed=0 failed=0
report() { # name, what was said, whether something should have been
  local good=0
  { [ "$3" = fault ] && [ -n "$2" ]; } || { [ "$3" = right ] && [ -z "$2" ]; } &&
    good=1
  if [ $good = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  echo "$([ $good = 1 ] && echo ok || echo MISSED) $1: ${2:-nothing is wrong}"
}

report "as emitted, values" "$(values "$scratch/right.cu")" right
report "as emitted, races" "$(races "$scratch/right.cu")" right

mutate() { # name, values or races, sed script
  sed -E "$3" "$scratch/right.cu" >"$scratch/wrong.cu"
  if cmp -s "$scratch/right.cu" "$scratch/wrong.cu"; then
    report "$1" "" fault
    return
  fi
  report "$1" "$("$2" "$scratch/wrong.cu")" fault
}
mutate "dropped wait" values '/tern_copy_wait</d'
mutate "wait for one group too few" values 's/tern_copy_wait<2>/tern_copy_wait<3>/'
mutate "two stages instead of three" values 's/% 3;/% 2;/'
mutate "no barrier before reads" values \
  '/tern_copy_wait</{n;s/tern_barrier\(\);/;/}'
mutate "no barrier before writes" races \
  '/const int64_t stage =/,/^  \}/s/^    tern_barrier\(\);/    ;/'
mutate "rows of a fragment exchanged" values 's/= lane % 16;/= (lane ^ 8) % 16;/'
mutate "halves of a fragment exchanged" values 's/lane \/ 16 \* 16/(1 - lane \/ 16) * 16/'
mutate "zero point of the weights" values 's/(input_sums, [^;]*), 8\)/\1, 7)/'
mutate "zero point of the result" values 's/\+ 3\.0f/+ 4.0f/'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
