"""The table of scripts/demo.sh --table: a float model made smaller in many ways.

usage: quantize-table.py TERN FOLDER [TARGET]

Runs `tern` on examples/digits/float.onnx and every labelled picture: accuracy, bytes
of weights, time of one picture (sum of the kernels' medians, measured here), and how
many values have the reference's bits. Exits with 1 where a value is wrong.
"""
import json
import pathlib
import re
import subprocess
import sys

import numpy

DIGITS = pathlib.Path(__file__).resolve().parent.parent / "examples" / "digits"
ROWS = [
    ("float", []),
    ("8 bits", ["--quantize=w8a8"]),
    ("4 bits", ["--quantize=w4a8"]),
    ("2 bits, nearest", ["--quantize=w2a8"]),
    ("2 bits, gptq", ["--quantize=w2a8", "--rounding=gptq"]),
    ("ternary, nearest", ["--quantize=ternary"]),
    ("ternary, gptq", ["--quantize=ternary", "--rounding=gptq"]),
    ("8 bits, 2:4 by magnitude", ["--quantize=w8a8", "--sparsity=2:4"]),
    ("8 bits, 2:4 compensated",
     ["--quantize=w8a8", "--sparsity=2:4", "--prune-by=compensated"]),
    ("mixed, 10 % of float", ["--budget=bytes:10%", "--rounding=gptq"]),
]


def call(*arguments):
    run = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    return run.stdout


def measure(tern, folder, target, flags):
    """(accuracy, bytes, seconds, exact values, values, wrong values)"""
    model, data = DIGITS / "float.onnx", DIGITS / "inputs.npz"
    common = [model, f"--target={target}", *flags]
    if flags:
        common.append(f"--calib={DIGITS / 'calibration.npz'}")
    call(tern, "run", *common, f"--data={data}", "-o", folder / "out.npz")
    scores = numpy.load(folder / "out.npz")["logits"]
    labels = numpy.load(DIGITS / "labels.npy")
    profile = call(tern, "run", *common, "--dim=batch=1", "--profile")
    seconds = float(profile.strip().splitlines()[-1].split()[0]) * 1e-6
    call(tern, "compile", *common, "--dim=batch=1", "-o", folder / "library")
    report = json.loads((folder / "library" / "report.json").read_text())
    log = call(tern, "verify", *common, f"--data={folder / 'data'}")
    same, total, wrong = map(int, re.search(
        r"(\d+) of (\d+) values have .*, (\d+) are wrong", log).groups())
    accuracy = (scores.argmax(1) == labels).mean()
    return accuracy, report["weights_bytes"], seconds, same, total, wrong


def main():
    tern, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    target = sys.argv[3] if len(sys.argv) > 3 else "host"
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "inputs.npz").write_bytes((DIGITS / "inputs.npz").read_bytes())
    print(f"{'examples/digits/float.onnx':26} {'accuracy':>8} {'weights':>8} "
          f"{'time':>9}  {'values exact':>12}")
    failures = 0
    for name, flags in ROWS:
        accuracy, size, seconds, same, total, wrong = measure(tern, folder, target, flags)
        failures += wrong
        print(f"{name:26} {accuracy:8.4f} {size:7}B {seconds * 1e6:6.1f} us  "
              f"{f'{same} of {total}':>12}", flush=True)
    print("Weights: the whole file, with scales and biases. Time: one picture, measured on\n"
          f"{target}, kernels one after another. What is not exact lies within the bounds\n"
          "of float sums.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
