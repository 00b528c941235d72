#!/usr/bin/env bash
# Makes build/venv with what some tests compare against: numpy, onnx and ONNX
# Runtime. Quick when it is there already. Without a package index it says so and
# leaves nothing: those tests are then skipped, and it is no error.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=("numpy>=1.24" "onnx>=1.17" "onnxruntime>=1.20")
stamp=build/venv/packages

[ "$(cat $stamp 2>&1)" != "${packages[*]}" ] || exit 0
echo "Making build/venv with ${packages[*]}"
rm -rf build/venv
if /usr/bin/python3 -m venv build/venv &&
  timeout 600 build/venv/bin/pip install -q --disable-pip-version-check "${packages[@]}" &&
  build/venv/bin/python -c "import numpy, onnx, onnxruntime"; then
  echo "${packages[*]}" >$stamp
else
  rm -rf build/venv
  echo "No packages: tests against ONNX Runtime will be skipped"
fi
