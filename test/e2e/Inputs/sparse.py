"""usage: sparse.py FOLDER TARGET...: products with weights that obey N:M, by kernels that leave
out the zeros, on each target: the greatest and least codes and inputs, no whole tile, block or
window, zero points of weights and inputs, groups with scales. Every sum must be what numpy
computes in 64 bits. Ends with "P exact, F wrong"."""
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

K, N, GROUP = 500, 150, 128
OTHERS = [(1, 2), (1, 4), (2, 8), (4, 8), (4, 16), (8, 16)]
RANGES = {"int8": (-128, 127), "int4": (-8, 7), "uint4": (0, 15), "int2": (-2, 1),
          "ternary": (-1, 1), "bit": (0, 1)}


def weights(random, low, high, nm):
    """Columns that keep only the least code, only the greatest, both in turn, any."""
    kept, window = nm
    w = random.integers(low, high + 1, (K, N))
    w[:, 0], w[:, 1] = low, high
    w[0::2, 2], w[1::2, 2] = low, high
    w[:, 3] = np.where(np.arange(K) < K // 2, low, high)
    full = np.zeros((-(-K // window) * window, N), w.dtype)
    full[:K] = w
    windows = full.reshape(-1, window, N)
    order = random.random(windows.shape).argsort(axis=1)
    # Some columns keep the first ones of a window, some the last.
    order[:, :, 0::7] = np.arange(window)[None, :, None]
    order[:, :, 1::7] = np.arange(window)[None, ::-1, None]
    result = np.where(order < kept, windows, 0).reshape(full.shape)[:K]
    result[:, 5] = 0
    return result


class Model:
    def __init__(self):
        self.nodes, self.constants, self.outputs, self.expected = [], [], [], {}

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def output(self, name, dtype, w, zero=0):
        self.outputs.append(helper.make_tensor_value_info(name, dtype, ["M", N]))
        self.expected[name] = w, zero

    def integer(self, name, w, zero_of_rows=None, zero=None):
        """MatMulInteger; `zero_of_rows` of the weights, which are uint8 then."""
        more = []
        if zero is not None:
            more.append(self.constant(name + "_zx", np.int8(zero)))
        stored = w
        if zero_of_rows is not None:
            stored = w + zero_of_rows
            more = more or [""]
            more.append(self.constant(name + "_zw", zero_of_rows.astype(np.uint8)))
        dtype = np.int8 if zero_of_rows is None else np.uint8
        self.constant(name + "_w", stored.astype(dtype))
        self.nodes.append(helper.make_node("MatMulInteger", ["x", name + "_w", *more], [name]))
        self.output(name, TensorProto.INT32, w, zero or 0)

    def scaled(self, name, w, zeros):
        """Scales of 1: the sums stay whole, and below 2^24."""
        groups = -(-K // GROUP)
        stored = w + np.repeat(zeros, GROUP, axis=0)[:K]
        dtype = np.uint8 if zeros.any() else np.int8
        inputs = [self.constant(name + "_w", stored.astype(dtype)),
                  self.constant(name + "_s", np.ones((groups, N), np.float32)),
                  self.constant(name + "_z", zeros.astype(dtype))]
        self.nodes.append(helper.make_node("DequantizeLinear", inputs, [name + "_f"], axis=0,
                                           block_size=GROUP))
        self.nodes.append(helper.make_node("MatMul", ["xf", name + "_f"], [name]))
        self.output(name, TensorProto.FLOAT, w)

    def save(self, path):
        graph = helper.make_graph(
            self.nodes, "sparse", [helper.make_tensor_value_info("x", TensorProto.INT8, ["M", K])],
            self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)],
                                  ir_version=10)
        onnx.save(model, path)


def make(path, random):
    model = Model()
    model.constant("one", np.float32(1))
    model.nodes.append(helper.make_node("DequantizeLinear", ["x", "one"], ["xf"]))
    groups = -(-K // GROUP)
    for name, (low, high) in RANGES.items():
        w = weights(random, low, high, (2, 4))
        model.integer(name, w)
        model.scaled(name + "_scaled", w, np.zeros((groups, N), np.int64))
    for name in ("int8", "int4"):
        low, high = RANGES[name]
        w = weights(random, low, high, (2, 4))
        # Zero points that differ, as far as weights of uint8 go.
        end = 129 if name == "int8" else 200
        model.integer(name + "_zeros", w, random.integers(128, end, N), zero=-128)
        model.scaled(name + "_scaled_zeros", w, random.integers(128, end, (groups, N)))
    for nm in OTHERS:
        model.integer("int4_%d_%d" % nm, weights(random, -8, 7, nm))
    model.save(path)
    return model.expected


def inputs(random, m):
    x = random.integers(-128, 128, (m, K)).astype(np.int8)
    x[0] = -128
    if m > 2:
        x[1] = 127
        x[2, 0::2], x[2, 1::2] = -128, 127
    return x


def main():
    random = np.random.default_rng(0)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    exact = wrong = 0
    expected = make(folder / "model.onnx", random)
    for m in (1, 5):
        x = inputs(random, m)
        np.savez(folder / "x.npz", x=x)
        for target in sys.argv[2:]:
            subprocess.run(["tern", "run", folder / "model.onnx", f"--target={target}",
                            "--method=sparse_nm", f"--data={folder / 'x.npz'}",
                            "-o", folder / "y.npz"], check=True, stdout=subprocess.DEVNULL)
            result = np.load(folder / "y.npz")
            for name, (w, zero) in expected.items():
                same = np.array_equal(result[name], (x.astype(np.int64) - zero) @ w)
                exact, wrong = exact + same, wrong + (not same)
                if not same:
                    print(f"WRONG {target} {name} of {m} rows")
    print(f"{exact} exact, {wrong} wrong")
    sys.exit(wrong > 0)


main()
