"""Instruction counts of the RISC-V vector kernels, beside floors, peers and targets.

usage: scripts/python.sh bench/rvv/measure.py [--formats=ternary,int4] [--m=1,4,8]
           [--vlen=128,256,512] [--shape=4096x512] [--json=FILE] [--option=...]

There is no hardware here: a product is compiled once, runs under qemu-riscv64 at every
VLEN, and count.c counts what it executes. uL is what vector instructions weigh, max(1, LMUL)
each, times VLEN/8 per product of codes; it does not depend on VLEN, and vset and scalar
instructions are not in it: they are printed as their number per vector instruction. For
binary x binary the figure is uE, where an instruction weighs its widest operand. The whole
run of the model counts, with what prepares inputs and stores results. Every result must be
what numpy computes, and have the bits of Tern's evaluator (with scaled groups, those of the
portable C target, which sums groups in the kernels' order), or the run ends with status 1.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx

root = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(root / "bench"))
import formats  # noqa: E402

# Rows of inputs: (floor, hand-written prototype, best public kernel, target). The prototypes
# and the peers were counted in the same way, at a K of 4096 and an N of 512.
KNOWN = {
    "int8": {1: (3.0, 3.0, 6.0, 3.1), 8: (2.13, 2.25, 2.58, 2.35)},
    "int4": {1: (2.56, 2.63, 4.5, 2.8), 8: (1.25, 1.43, 3.4, 1.5)},
    "int4g32": {1: (None, 2.85, 6.6, 3.0), 8: (None, 1.79, 3.5, 1.85)},
    "ternary": {1: (2.5, 2.54, 7.9, 2.65), 8: (1.23, 1.25, None, 1.3)},
    "binary": {1: (None, 1.59, 9.0, 1.7)},
    # In uE.
    "signs": {1: (0.25, 0.73, None, 0.75), 8: (0.25, 0.31, None, 0.35)},
}


def run(command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                            **options)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stderr}")
    return result.stdout


class Product:
    """One compiled product, its inputs and what they must give, by rows of inputs."""

    def __init__(self, folder, format, shape, ms, options):
        self.folder, self.ms = folder, ms
        random = np.random.default_rng(1)
        model, reference = format.make(random, *shape)
        # The evaluator adds the scaled groups of a row in another order.
        oracle = "c" if format.name == "int4g32" else "reference"
        path = folder / "product.onnx"
        onnx.save(model, path)
        dims = "--dim=M=" + ",".join(map(str, ms))
        run([root / "build/bin/tern", "compile", path, "--target=rvv128", "--emit=obj", dims,
             "-o", folder, *options])
        run(["clang-19", "--target=riscv64-linux-gnu", "-static", "-fuse-ld=lld", "-O1",
             "-I", root / "include", "-DMODEL=tern_product_model",
             root / "bench/rvv/harness.c", folder / "product.o", "-lm",
             "-o", folder / "harness"])
        self.expected = {}
        for m in ms:
            arrays = format.inputs(random, m, shape[0])
            arrays["x"].tofile(folder / f"x{m}")
            np.savez(folder / f"x{m}.npz", **arrays)
            out = folder / f"y{m}.npz"
            run([root / "build/bin/tern", "run", path, f"--target={oracle}", f"--dim=M={m}",
                 f"--data={folder / f'x{m}.npz'}", "-o", out])
            self.expected[m] = np.load(out)["y"]
            exact = reference(arrays)
            if np.abs(self.expected[m] - exact).max() > format.tolerance * np.abs(exact).max():
                sys.exit(f"{format.name}: target {oracle} disagrees with numpy")

    def count(self, m, vlen):
        """What one run executes; stops unless the result is right."""
        folder = self.folder
        plugin = f"{root / 'build/lib/libtern-rvv-count.so'},out={folder / 'counts'}"
        run(["qemu-riscv64", "-cpu", f"rv64,v=true,vext_spec=v1.0,vlen={vlen},elen=64",
             "-plugin", plugin, folder / "harness", self.ms.index(m), folder / "product.weights",
             folder / f"x{m}", folder / "y"])
        expected = self.expected[m]
        result = np.fromfile(folder / "y", expected.dtype).reshape(expected.shape)
        if result.tobytes() != expected.tobytes():
            wrong = int((result != expected).sum())
            sys.exit(f"m={m} vlen={vlen}: {wrong} of {result.size} results differ")
        fields = (folder / "counts").read_text().split()
        counts = {name: float(value) for name, value in (f.split("=") for f in fields)}
        if counts["unknown"]:
            sys.exit("expected vsetvli and vsetivli, but a vsetvl ran: LMUL is unknown")
        return counts


def make_row(name, shape, m, vlen, counts):
    per_mac = vlen / 8 / (m * shape[0] * shape[1])
    floor, prototype, public, target = KNOWN.get(name, {}).get(m, (None,) * 4)
    return {"format": name, "k": shape[0], "n": shape[1], "m": m, "vlen": vlen, **counts,
            "uL": counts["weighted"] * per_mac, "uE": counts["widest"] * per_mac,
            "scalar_per_vector": counts["scalar"] / counts["vector"],
            "config_per_vector": counts["config"] / counts["vector"],
            "floor": floor, "prototype": prototype, "public": public, "target": target}


def print_row(row):
    def known(name):
        return f"{row[name]:>9.2f}" if row[name] else f"{'-':>9}"
    print(f"{row['format']:<9} {row['m']:>2} {row['vlen']:>5} {row['uL']:>6.2f} {row['uE']:>6.2f}"
          f" {row['scalar_per_vector']:>7.2f} {row['config_per_vector']:>6.2f}"
          + "".join(map(known, ("floor", "prototype", "public", "target"))), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", default="int8,int4,int4g32,ternary,binary,signs")
    parser.add_argument("--m", default="1,4,8", help="rows of inputs")
    parser.add_argument("--vlen", default="128,256,512")
    parser.add_argument("--shape", default="4096x512", help="KxN")
    parser.add_argument("--json", help="also write the rows to this file")
    parser.add_argument("--option", action="append", default=[], help="of tern compile")
    arguments = parser.parse_args()
    shape = tuple(map(int, arguments.shape.split("x")))
    ms = list(map(int, arguments.m.split(",")))
    print("format     M  VLEN     uL     uE  scalar   vset    floor    proto   public   target")
    rows = []
    for name in arguments.formats.split(","):
        with tempfile.TemporaryDirectory() as folder:
            product = Product(pathlib.Path(folder), formats.FORMATS[name], shape, ms,
                              arguments.option)
            for m in ms:
                for vlen in map(int, arguments.vlen.split(",")):
                    rows.append(make_row(name, shape, m, vlen, product.count(m, vlen)))
                    print_row(rows[-1])
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
