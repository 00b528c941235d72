#!/usr/bin/env bash
# Builds Tern, compiles the digits network for this machine, runs it on every
# picture, and compares with the labels; then the same for RISC-V (in qemu) and
# as printed C. Ends with a table of every kind of target, GPU and FPGA (both
# simulated on this CPU) included. Exits with 0 only when everything is right.
#
# demo.sh --table instead prints one table of the float classifier quantized and pruned
# in many ways: accuracy, bytes, time, exactness.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh
tern=build/bin/tern
if [ "${1:-}" = --table ]; then
  exec scripts/python.sh scripts/quantize-table.py $tern build/table
fi
model=examples/digits/model.onnx
out=build/demo
rm -rf $out
mkdir -p $out

# judge RESULT.npz COUNT: answers beside labels, then the accuracy over COUNT.
judge() {
  scripts/python.sh - "$1" "$2" <<'PY'
import sys, numpy
scores = numpy.load(sys.argv[1])["logits"]
count = int(sys.argv[2])
labels = numpy.load("examples/digits/labels.npy")[:count]
assert scores.shape == (count, 10), scores.shape
answers = scores.argmax(axis=1)
print("  picture   answer   label")
for i in range(min(5, count)):
    print(f"  {i:7}   {answers[i]:6}   {labels[i]:5}")
right = int((answers == labels).sum())
print(f"  right: {right} of {count}, accuracy {right / count:.4f} (wanted: 0.96)")
sys.exit(0 if right >= 0.96 * count else 1)
PY
}

# pictures COUNT: the file of the first COUNT pictures.
pictures() {
  scripts/python.sh - "$1" "$out/pictures-$1.npz" <<'PY'
import sys, numpy
images = numpy.load("examples/digits/inputs.npz")["image"][:int(sys.argv[1])]
numpy.savez(sys.argv[2], image=images)
PY
  echo "$out/pictures-$1.npz"
}

# same A.npz B.npz: the first file's scores begin as the second's, bit for bit.
same() {
  scripts/python.sh - "$1" "$2" <<'PY'
import sys, numpy
a, b = (numpy.load(path)["logits"] for path in sys.argv[1:])
if not (a[:len(b)] == b).all():
    sys.exit(f"expected the same scores as on this machine, but they differ by up "
             f"to {abs(a[:len(b)] - b).max()}")
print("  the same scores as on this machine, bit for bit")
PY
}

size() {
  scripts/python.sh - "$1" <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
small, large = report["weights_bytes"], report["float_weights_bytes"]
print(f"  weights: {small} bytes; as float: {large} bytes; {large / small:.1f} times smaller")
PY
}

count=$(scripts/python.sh -c 'import numpy; print(len(numpy.load("examples/digits/labels.npy")))')
echo
echo "== $model for this machine"
$tern compile $model --target=host --name=digits --dim=batch=1 -o $out/host >$out/host.log
ls -l $out/host | awk 'NR > 1 { printf "  %8d  %s\n", $5, $9 }'
size $out/host/report.json
$tern run $model --target=host --dim=batch="$count" \
  --data=examples/digits/inputs.npz -o $out/host.npz >$out/host-run.log
judge $out/host.npz "$count"

for target in rvv256 c; do
  some=40
  echo
  if [ $target = c ]; then
    echo "== as printed C, every picture"
    some=$count
    flags=--emit=c
  else
    echo "== for $target, in qemu, $some pictures"
    flags=--target=$target
  fi
  $tern compile $model $flags --name=digits --dim=batch=1 -o $out/$target >$out/$target.log
  ls -l $out/$target | awk 'NR > 1 { printf "  %8d  %s\n", $5, $9 }'
  $tern run $model --target=$target --dim=batch="$some" \
    --data="$(pictures "$some")" -o $out/$target.npz >$out/$target-run.log
  judge $out/$target.npz "$some"
  same $out/host.npz $out/$target.npz
done
echo
echo "== on every target: compared with the reference, layer by layer"
for target in host rvv256 c h200 zu7ev; do
  $tern compile $model --target=$target --name=digits --dim=batch=1 \
    -o $out/all/$target >$out/$target.log
  $tern verify $model --target=$target >$out/$target-verify.log 2>$out/$target-note.log ||
    { cat $out/$target-*.log; exit 1; }
done
scripts/python.sh scripts/demo-table.py $out host rvv256 c h200 zu7ev
echo
echo "Everything is right."
