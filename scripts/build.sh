#!/usr/bin/env bash
# Configures (once) and builds Tern into build/.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -f build/build.ninja ]; then
  cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
    -DCMAKE_PREFIX_PATH=/usr/lib/llvm-19 \
    -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld-19 \
    -DPython3_EXECUTABLE=/usr/bin/python3
fi
ninja -C build "$@"
