#!/usr/bin/env bash
# The Python that tests run with: build/venv where scripts/test.sh could make
# it (numpy, onnx, onnxruntime), else the system's (numpy).
cd "$(dirname "$0")/.."
python=$PWD/build/venv/bin/python
[ -x "$python" ] || python=/usr/bin/python3
cd "$OLDPWD"
exec "$python" "$@"
