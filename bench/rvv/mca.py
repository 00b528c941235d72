"""Predicted cycles of the kernels' inner loops on two cores with vectors: llvm-mca.

usage: scripts/python.sh bench/rvv/mca.py [--formats=ternary,int4] [--m=1,8] [--shape=4096x512]

Of every kernel the innermost loop with the most products is taken, as it is compiled. llvm-mca
knows the core's units and latencies and assumes that every load hits the cache. `cycles` is
for as many products as a register has bytes, like uL in measure.py: a core that starts one
instruction on a whole register in a cycle and waits for nothing needs uL cycles.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx

root = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(root / "bench"))
import formats  # noqa: E402

CORES = ["sifive-x280", "sifive-p670"]
# Products of as many inputs as a register has bytes; a lookup is a quarter of the one byte
# of two that four products have; a mask has eight one-bit products for every byte.
PRODUCTS = {"vwmul": 1, "vwmulsu": 1, "vwmacc": 1, "vwmaccsu": 1, "vrgather": 2, "vcpop": 8}


def assembly(folder, name, shape, m):
    model, _ = formats.FORMATS[name].make(np.random.default_rng(1), *shape)
    onnx.save(model, folder / "product.onnx")
    command = [root / "build/bin/tern", "compile", folder / "product.onnx", "--target=rvv128",
               "--emit=asm", f"--dim=M={m}", "-o", folder]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return (folder / "product.s").read_text().splitlines()


def products(lines):
    mnemonics = (line.split()[0].split(".")[0] for line in lines if line.strip())
    return sum(PRODUCTS.get(mnemonic, 0) for mnemonic in mnemonics)


def inner_loops(lines):
    """Straight pieces of code that end in a branch to their first line."""
    start = {}
    for i, line in enumerate(lines):
        if label := re.match(r"(\.L\w+):", line):
            start = {label[1]: i + 1}
            continue
        branch = re.match(r"\s+b\w+\s.*?(\.L\w+)$", line)
        if branch and branch[1] in start:
            yield [text for text in lines[start[branch[1]]:i + 1] if not re.match(r"\s*[.#]", text)]


def cycles(loop, core):
    # What the loop does not set itself has been set before it: bytes, a register each.
    text = "# LLVM-MCA-RISCV-SEW E8\n# LLVM-MCA-RISCV-LMUL M1\n" + "\n".join(loop[:-1]) + "\n"
    result = subprocess.run(["llvm-mca-19", "-mtriple=riscv64", f"-mcpu={core}", "-mattr=+v",
                             "-iterations=100"], input=text, capture_output=True, text=True)
    if result.returncode:
        sys.exit(result.stderr)
    return int(re.search(r"Total Cycles:\s+(\d+)", result.stdout)[1]) / 100


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", default="int8,int4,int4g32,ternary,binary,signs")
    parser.add_argument("--m", default="1,4,8", help="rows of inputs")
    parser.add_argument("--shape", default="4096x512", help="KxN")
    arguments = parser.parse_args()
    shape = tuple(map(int, arguments.shape.split("x")))
    print("format     M  products  " + "  ".join(f"{core:>11}" for core in CORES))
    for name in arguments.formats.split(","):
        for m in map(int, arguments.m.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                lines = assembly(pathlib.Path(folder), name, shape, m)
            loop = max(inner_loops(lines), key=products)
            count = products(loop)
            each = "  ".join(f"{cycles(loop, core) / count:>11.2f}" for core in CORES)
            print(f"{name:<9} {m:>2} {count:>9}  {each}", flush=True)


if __name__ == "__main__":
    main()
