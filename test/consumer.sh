#!/usr/bin/env bash
# Builds examples/consumer as a project of its own, with machine code and with
# printed C, and compares what it prints with `tern run`, bit for bit.
# usage: consumer.sh SOURCE TERN FOLDER
set -euo pipefail
source=$1 tern=$2 folder=$3
python=$source/scripts/python.sh
model=$source/examples/digits/model.onnx
rm -rf "$folder"
mkdir -p "$folder"

"$python" - "$source/examples/digits/inputs.npz" "$folder" <<'PY'
import sys, numpy
image = numpy.load(sys.argv[1])["image"][:1]
image.tofile(sys.argv[2] + "/digit.raw")
numpy.savez(sys.argv[2] + "/digit.npz", image=image)
PY

for emit in lib c; do
  target=host
  [ $emit = c ] && target=c
  cmake -G Ninja -S "$source/examples/consumer" -B "$folder/$emit" \
    -DTERN_EXECUTABLE="$tern" -DEMIT=$emit -DCMAKE_BUILD_TYPE=Release
  cmake --build "$folder/$emit"
  # Nothing is left to do the second time; a newer model is compiled again.
  cmake --build "$folder/$emit" | grep -q "no work to do"
  "$folder/$emit/consumer" "$folder/digit.raw" >"$folder/$emit.txt"
  "$tern" run "$model" --target=$target --dim=batch=1 \
    --data="$folder/digit.npz" -o "$folder/$emit.npz" >"$folder/$emit.log"
  "$python" - "$folder/$emit.npz" "$folder/$emit.txt" <<'PY'
import sys, numpy
expected = numpy.load(sys.argv[1])["logits"].reshape(-1)
got = numpy.loadtxt(sys.argv[2], dtype=numpy.float32)
assert got.shape == expected.shape, (got.shape, expected.shape)
assert (got == expected).all(), f"expected {expected}, but got {got}"
PY
  if "$folder/$emit/consumer" "$folder/digit.raw" "$folder/digit.raw" 2>"$folder/refused.txt"; then
    echo "expected the consumer to refuse a file that is not its weights"
    exit 1
  fi
done
echo "the consumer agrees with tern run"
