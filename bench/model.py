"""A whole model: what one run takes, beside reading the bytes that it needs from memory.

usage: scripts/python.sh bench/model.py MODEL.onnx [--dim=S=1 --dim=P=256] [--data=inputs.npz]
           [--threads=1,2] [--runs=20] [--target=host] [--option=...]

The bytes are those that `tern report` predicts of DRAM: every weight that a run reads, and what
the caches don't hold of the rest. Reading and the model take turns; the medians count. Without
--data, inputs are ones.
"""
import argparse
import ctypes
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from mpgemm import COLD_BYTES, Kernel, Limits, Native, root


def compiled(arguments, folder):
    """Seconds of compiling into `folder`."""
    command = [str(root / "build/bin/tern"), "compile", arguments.model, "-o", str(folder),
               f"--target={arguments.target}", *(f"--dim={d}" for d in arguments.dim),
               *arguments.option]
    start = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}:\n{result.stderr}")
    return time.perf_counter() - start


def inputs_of(arguments, entry):
    if arguments.data:
        return np.load(arguments.data)
    return {t.name: np.ones(t.shape, t.dtype) for t in entry.inputs}


def measure(limits, kernel, pool, threads, runs):
    """Medians of bytes a second that are read, and of seconds of a run."""
    read, seconds = [], []
    kernel.run(pool, 1)
    for _ in range(runs):
        read.append(limits.read(pool, threads, COLD_BYTES))
        seconds += kernel.run(pool, 1)
    return statistics.median(read), statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--dim", action="append", default=[])
    parser.add_argument("--data")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--target", default="host")
    parser.add_argument("--option", action="append", default=[], help="for tern compile")
    arguments = parser.parse_args()
    native = Native(root / "build/bench/libtern-bench.so")
    limits = Limits(native)
    with tempfile.TemporaryDirectory(prefix="tern-bench-") as folder:
        print(f"compiled in {compiled(arguments, folder):.1f} s")
        report = json.loads((pathlib.Path(folder) / "report.json").read_text())
        kernel = Kernel(native, pathlib.Path(folder), cold=False)
    entry = kernel.model.entries[0]
    kernel.prepare(entry, inputs_of(arguments, entry))
    nbytes = report["level_bytes"]["DRAM"]
    print(f"weights {kernel.nbytes / 1e6:.0f} MB; a run reads {nbytes / 1e6:.0f} MB; "
          f"predicted {report['predicted_seconds'] * 1e3:.2f} ms")
    print(f"{'threads':>7} {'ms':>9} {'runs/s':>8} {'GB/s':>7} {'read':>7} {'of read':>8}")
    for threads in map(int, arguments.threads.split(",")):
        pool = native.threads(threads)
        read, seconds = measure(limits, kernel, pool, threads, arguments.runs)
        print(f"{threads:>7} {seconds * 1e3:>9.2f} {1 / seconds:>8.2f}"
              f" {nbytes / seconds / 1e9:>7.2f} {read / 1e9:>7.2f}"
              f" {nbytes / seconds / read:>8.1%}", flush=True)
        native.end_threads(ctypes.c_void_p(pool))


if __name__ == "__main__":
    main()
