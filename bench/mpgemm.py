"""Low-bit matrix products: Tern's kernels beside the machine's limits and ONNX Runtime.

usage: scripts/python.sh bench/mpgemm.py [--formats=ternary,int4g32] [--shapes=4096x4096]
           [--m=1,16] [--threads=1,2] [--hot] [--target=host] [--beside=int4]
           [--json=FILE]

A shape is KxN: rows of K inputs times a weight matrix of N rows. Weights are cold (copies
of them, together more than 256 MB, take turns) unless --hot. Every row measures its limit,
Tern and the peer in turn, several times; the medians count, and ratios are of those. Reading
and products of bytes are the limits: the smaller time of the two is the bound, and `limit`
says how much of it is reached. With --beside=FORMAT its kernel takes turns, too, and bytes and
time are compared with its. Results are checked against numpy before anything is timed.
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
import onnx

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "python"))
sys.path.insert(0, str(root / "bench"))
import formats  # noqa: E402
import tern  # noqa: E402

SHAPES = ["2560x2560", "2560x6912", "6912x2560", "2560x640", "4096x4096", "4096x14336",
          "14336x4096", "4096x1024"]
COLD_BYTES = 256 << 20
LEAST_SECONDS = 0.3


class Native:
    """bench/native.cpp."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(str(path))
        for name, result in [("allocate", ctypes.c_void_p), ("threads", ctypes.c_void_p),
                             ("read", ctypes.c_double), ("products", ctypes.c_double),
                             ("products_name", ctypes.c_char_p), ("run", ctypes.c_int32),
                             ("release", None), ("end_threads", None)]:
            function = getattr(self.lib, "bench_" + name)
            function.restype = result
            setattr(self, name, function)

    def array(self, nbytes):
        """Bytes in huge pages; stay until the process ends."""
        address = self.allocate(ctypes.c_uint64(nbytes))
        if not address:
            raise MemoryError(f"{nbytes} bytes")
        return np.ctypeslib.as_array((ctypes.c_uint8 * nbytes).from_address(address))


class Limits:
    """The machine's, measured whenever asked."""

    def __init__(self, native):
        self.native, self.memory = native, native.array(COLD_BYTES)
        self.memory[:] = 1

    def read(self, pool, count, nbytes, repeats=1):
        """Bytes a second."""
        seconds = self.native.read(ctypes.c_void_p(pool), count,
                                   ctypes.c_void_p(self.memory.ctypes.data),
                                   ctypes.c_uint64(nbytes), repeats)
        return nbytes * repeats / seconds

    def products(self, pool, count):
        """Products of bytes a second."""
        return self.native.products(ctypes.c_void_p(pool), count)


class Kernel:
    """A compiled product, with copies of its weights."""

    def __init__(self, native, folder, cold):
        self.native, self.model = native, tern.Model.load(folder)
        self.raw = self.model._model
        weights = self.model._weights
        count = max(1, -(-COLD_BYTES // weights.size)) if cold else 1
        self.nbytes, self.contexts = weights.size, []
        self.buffers = []
        for _ in range(count):
            copy = native.array(weights.size)
            copy[:] = weights
            context = tern._aligned(self.raw.info.contents.context_bytes)
            self.raw.init(context.ctypes.data, copy.ctypes.data, copy.size)
            self.contexts.append(context)
            self.buffers.append(copy)

    def prepare(self, entry, arrays):
        self.entry = entry
        inputs, outputs = [], []
        for tensor in entry.inputs:
            inputs.append(tern._aligned(tensor.nbytes))
            inputs[-1][:] = np.ascontiguousarray(arrays[tensor.name]).reshape(-1).view(np.uint8)
        outputs = [inputs[t.alias] if t.alias >= 0 else tern._aligned(t.nbytes)
                   for t in entry.outputs]
        self.kept = inputs, outputs, tern._aligned(entry.workspace_bytes)
        self.result = outputs[0].view(entry.outputs[0].dtype).reshape(entry.outputs[0].shape)
        self.first = 0

    def run(self, pool, repeats):
        """Seconds of each of `repeats` runs."""
        seconds = (ctypes.c_double * repeats)()
        inputs, outputs, workspace = self.kept
        order = self.contexts[self.first:] + self.contexts[:self.first]
        self.first = (self.first + repeats) % len(self.contexts)
        code = self.native.run(
            ctypes.byref(self.raw), self.entry.index, tern._pointers(order), len(order),
            tern._pointers(inputs), tern._pointers(outputs),
            ctypes.c_void_p(workspace.ctypes.data), ctypes.c_void_p(pool), repeats, seconds)
        if code:
            raise RuntimeError(f"{self.model.name}: run returned {code}")
        return list(seconds)


class Peer:
    """ONNX Runtime on the same file; copies of the session keep weights cold."""

    def __init__(self, path, threads, cold, nbytes):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads wait by spinning inside a run, but not between runs, where others are timed.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        count = min(8, max(1, -(-COLD_BYTES // nbytes))) if cold else 1
        self.sessions = [onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]) for _ in range(count)]
        self.next = 0

    def run(self, arrays, repeats):
        seconds = []
        for _ in range(repeats):
            session = self.sessions[self.next % len(self.sessions)]
            self.next += 1
            start = time.perf_counter()
            session.run(None, arrays)
            seconds.append(time.perf_counter() - start)
        return seconds


def compile_model(arguments, path, folder, ms):
    command = [str(root / "build/bin/tern"), "compile", str(path), f"--target={arguments.target}",
               "--dim=M=" + ",".join(map(str, ms)), "-o", str(folder), *arguments.option]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}:\n{result.stderr}")


def entries_by_rows(model):
    return {entry.inputs[0].shape[0]: entry for entry in model.entries}


def measure(limits, kernel, beside, peer, arrays, pool, count, cold):
    """Medians over rounds of: reading, products, Tern, another format's kernel, peer."""
    rounds = {"read": [], "products": [], "tern": [], "beside": [], "peer": []}
    nbytes = COLD_BYTES if cold else min(kernel.nbytes, COLD_BYTES) // 4096 * 4096
    once = kernel.run(pool, 2)[-1]
    repeats = max(1, min(200, int(LEAST_SECONDS / 5 / once)))
    start = time.perf_counter()
    while len(rounds["tern"]) < 5 or time.perf_counter() - start < LEAST_SECONDS:
        rounds["read"].append(limits.read(pool, count, nbytes, 1 if cold else 20))
        rounds["products"].append(limits.products(pool, count))
        rounds["tern"].append(statistics.median(kernel.run(pool, repeats)))
        if beside:
            rounds["beside"].append(statistics.median(beside.run(pool, repeats)))
        if peer:
            rounds["peer"].append(statistics.median(peer.run(arrays, max(1, repeats // 2))))
            time.sleep(0.02)  # until its threads have stopped
        if time.perf_counter() - start > 10 * LEAST_SECONDS:
            break
    return {name: statistics.median(values) for name, values in rounds.items() if values}


def make_row(format, shape, m, threads, kernel, beside, medians):
    k, n = shape
    bound = max(kernel.nbytes / medians["read"], m * n * k / medians["products"])
    row = {"format": format.name, "k": k, "n": n, "m": m, "threads": threads,
           "us": medians["tern"] * 1e6, "bytes": kernel.nbytes,
           "gb_per_s": kernel.nbytes / medians["tern"] / 1e9,
           "gops": 2 * m * n * k / medians["tern"] / 1e9,
           "of_read": kernel.nbytes / medians["tern"] / medians["read"],
           "of_products": m * n * k / medians["tern"] / medians["products"],
           "of_bound": bound / medians["tern"]}
    if beside:
        row["bytes_of_beside"] = kernel.nbytes / beside.nbytes
        row["time_of_beside"] = medians["tern"] / medians["beside"]
    if "peer" in medians:
        row["peer_us"] = medians["peer"] * 1e6
        row["faster_than_peer"] = medians["peer"] / medians["tern"]
    return row


def print_row(row):
    peer = f"{row['faster_than_peer']:6.2f}x" if "faster_than_peer" in row else "      -"
    beside = ""
    if "time_of_beside" in row:
        beside = f"  {row['bytes_of_beside']:.2f}x bytes, {row['time_of_beside']:.2f}x time"
    print(f"{row['format']:<11} {row['k']:>5}x{row['n']:<5} {row['m']:>4} {row['threads']:>2}"
          f" {row['us']:>10.1f} {row['gb_per_s']:>7.2f} {row['gops']:>8.1f}"
          f" {row['of_read']:>6.0%} {row['of_products']:>6.0%} {row['of_bound']:>6.0%} {peer}{beside}",
          flush=True)


def check(format, kernel, arrays, reference):
    """Stops unless Tern's result is what numpy computes."""
    result = kernel.result.astype(np.float64)
    error = np.abs(result - reference).max()
    if error > format.tolerance * max(1e-30, np.abs(reference).max()):
        sys.exit(f"{format.name}: expected numpy's result, but it differs by {error}")


def make_kernel(arguments, native, format, shape, ms, folder):
    """The kernel of a format, its model's path, and what numpy computes."""
    folder.mkdir()
    model, reference = format.make(np.random.default_rng(sum(shape)), *shape)
    path = folder / "model.onnx"
    onnx.save(model, path)
    compile_model(arguments, path, folder / "out", ms)
    return Kernel(native, folder / "out", not arguments.hot), path, reference


def bench(arguments, native, limits, pools, format, shape, folder):
    k, _ = shape
    ms = [int(m) for m in arguments.m.split(",")]
    kernel, path, reference = make_kernel(arguments, native, format, shape, ms, folder / "it")
    beside, entries = None, {}
    if arguments.beside:
        other = formats.FORMATS[arguments.beside]
        beside, _, _ = make_kernel(arguments, native, other, shape, ms, folder / "beside")
        entries = entries_by_rows(beside.model)
    rows = []
    for m, entry in entries_by_rows(kernel.model).items():
        arrays = format.inputs(np.random.default_rng(m), m, k)
        for threads, pool in pools.items():
            kernel.prepare(entry, arrays)
            kernel.run(pool, 1)
            if beside:
                beside.prepare(entries[m], other.inputs(np.random.default_rng(m), m, k))
                beside.run(pool, 1)
            if m <= 16:
                check(format, kernel, arrays, reference(arrays))
            peer = None
            if format.peer and not arguments.no_peer:
                peer = Peer(path, threads, not arguments.hot, kernel.nbytes)
            medians = measure(limits, kernel, beside, peer, arrays, pool, threads,
                              not arguments.hot)
            rows.append(make_row(format, shape, m, threads, kernel, beside, medians))
            print_row(rows[-1])
    for copy in kernel.buffers + (beside.buffers if beside else []):
        native.release(ctypes.c_void_p(copy.ctypes.data), ctypes.c_uint64(copy.size))
    return rows


def print_limits(native, limits, pools):
    found = {"products": native.products_name().decode()}
    for threads, pool in pools.items():
        read = [limits.read(pool, threads, COLD_BYTES) for _ in range(9)]
        l3 = [limits.read(pool, threads, 6 << 20, 20) for _ in range(9)]
        products = [limits.products(pool, threads) for _ in range(9)]
        found[threads] = {"dram_gb_per_s": statistics.median(read) / 1e9,
                          "l3_gb_per_s": statistics.median(l3) / 1e9,
                          "int8_gops": 2 * statistics.median(products) / 1e9}
        print(f"limits, {threads} thread(s): DRAM {found[threads]['dram_gb_per_s']:.1f} GB/s, "
              f"6 MB {found[threads]['l3_gb_per_s']:.1f} GB/s, products of bytes "
              f"{found[threads]['int8_gops']:.0f} GOPS ({found['products']})")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", default=",".join(formats.FORMATS))
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--m", default="1,4,16,128,512")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--hot", action="store_true")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--target", default="host")
    parser.add_argument("--option", action="append", default=[], help="for tern compile")
    parser.add_argument("--beside", help="a format whose kernel takes turns with each")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    native = Native(root / "build/bench/libtern-bench.so")
    limits = Limits(native)
    pools = {int(t): native.threads(int(t)) for t in arguments.threads.split(",")}
    result = {"limits": print_limits(native, limits, pools), "rows": []}
    print(f"\n{'format':<11} {'K':>5}x{'N':<5} {'M':>4} {'T':>2} {'us':>10} {'GB/s':>7}"
          f" {'GOPS':>8} {'read':>6} {'prod.':>6} {'limit':>6} {'peer':>7}")
    for name in arguments.formats.split(","):
        for text in arguments.shapes.split(","):
            k, n = map(int, text.split("x"))
            with tempfile.TemporaryDirectory(prefix="tern-bench-") as folder:
                result["rows"] += bench(arguments, native, limits, pools, formats.FORMATS[name],
                                        (k, n), pathlib.Path(folder))
    for pool in pools.values():
        native.end_threads(ctypes.c_void_p(pool))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
