#!/usr/bin/env bash
# Sets up, builds, and runs every test. Ends with ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh
scripts/venv.sh
# Benchmarks want a quiet machine: ctest --test-dir build -C bench -L bench
ctest --test-dir build --output-on-failure --timeout 1800 -j "$(nproc)"
