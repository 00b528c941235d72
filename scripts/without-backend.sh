#!/usr/bin/env bash
# Shows that a backend is one folder and one line: takes both out of a copy of
# the tree (build/without/NAME), builds it, and runs the other targets' tests.
# usage: scripts/without-backend.sh CUDA|HLS|RVV...    (several: all of them out)
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || { echo "expected names of folders of lib/Backend" >&2; exit 2; }
for name in "$@"; do
  [ -d "lib/Backend/$name" ] || { echo "no lib/Backend/$name" >&2; exit 2; }
done
tree=$PWD/build/without/$(IFS=-; echo "$*")

mkdir -p build/without
git worktree prune
[ -d "$tree" ] || git worktree add -q --detach "$tree" HEAD
git -C "$tree" reset -q --hard
git -C "$tree" checkout -q --detach "$(git rev-parse HEAD)"
for name in "$@"; do
  rm -r "$tree/lib/Backend/$name"
  sed -i "/^  BACKEND($name) /d" "$tree/lib/Driver/Register.cpp"
done
git -C "$tree" diff --stat | tail -1

cd "$tree"
scripts/build.sh >build.log || { tail -40 build.log; exit 1; }
ctest --test-dir build --output-on-failure --timeout 1800 -R '^(lit|includes|unit|consumer|documents)$'
