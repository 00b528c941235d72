"""usage: extremes.py FOLDER TARGET...: products of the greatest and least codes, where sums
come as close to overflowing as they can, on each target. Every sum must be what numpy
computes in 64 bits. Ends with "P exact, F wrong"."""
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# No multiple of a tile of rows, of a window of sums, or of the codes in a byte but 4.
K, N, GROUP = 500, 150, 50
RANGES = {"int8": (-128, 127), "even": (-127, 127), "int4": (-8, 7), "uint4": (0, 15),
          "int2": (-2, 1), "ternary": (-1, 1), "sign": (0, 1), "uint8": (0, 255)}


def weights(random, low, high):
    """Columns of only the least code, of only the greatest, of both in turn, of any."""
    w = random.integers(low, high + 1, (K, N))
    w[:, 0], w[:, 1] = low, high
    w[0::2, 2], w[1::2, 2] = low, high
    w[:, 3] = np.where(np.arange(K) < K // 2, low, high)
    return w


def make(folder, random, scaled):
    nodes, constants, outputs, expected = [], [], [], {}

    def constant(name, array):
        constants.append(numpy_helper.from_array(array, name))
        return name

    for name, (low, high) in RANGES.items():
        w = weights(random, low, high)
        expected[name] = w
        stored = constant(name + "_w", w.astype(np.int8 if low < 0 else np.uint8))
        if not scaled:
            nodes.append(helper.make_node("MatMulInteger", ["x", stored], [name]))
            outputs.append(helper.make_tensor_value_info(name, TensorProto.INT32, ["M", N]))
            continue
        # Scales of 1: the sums stay whole, and below 2^24.
        zero = np.zeros((K // GROUP, N), np.int8 if low < 0 else np.uint8)
        scale = constant(name + "_s", np.ones((K // GROUP, N), np.float32))
        nodes.append(helper.make_node("DequantizeLinear",
                                      [stored, scale, constant(name + "_z", zero)],
                                      [name + "_f"], axis=0, block_size=GROUP))
        nodes.append(helper.make_node("MatMul", ["xf", name + "_f"], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["M", N]))
    if scaled:
        nodes.insert(0, helper.make_node("DequantizeLinear", ["x", "one"], ["xf"]))
        constant("one", np.float32(1))
    graph = helper.make_graph(
        nodes, "extremes", [helper.make_tensor_value_info("x", TensorProto.INT8, ["M", K])],
        outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.save(model, folder / "model.onnx")
    return expected


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
    for scaled in (False, True):
        expected = make(folder, random, scaled)
        for m in (1, 2, 4, 9):
            x = inputs(random, m)
            np.savez(folder / "x.npz", x=x)
            for target in sys.argv[2:]:
                subprocess.run(["tern", "run", folder / "model.onnx", f"--target={target}",
                                f"--data={folder / 'x.npz'}", "-o", folder / "y.npz"], check=True,
                               stdout=subprocess.DEVNULL)
                result = np.load(folder / "y.npz")
                for name, w in expected.items():
                    same = np.array_equal(result[name], x.astype(np.int64) @ w)
                    exact, wrong = exact + same, wrong + (not same)
                    if not same:
                        print(f"WRONG {target} {name} of {m} rows, scaled: {scaled}")
    print(f"{exact} exact, {wrong} wrong")
    sys.exit(wrong > 0)


main()
