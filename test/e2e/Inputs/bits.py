"""usage: bits.py FOLDER TARGET...: products of one-bit inputs and signs, computed by counting
bits, in the forms that exporters write them, on each target. Scales are powers of two, so that
every result must be what numpy computes. Ends with "P exact, F wrong"."""
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node
# No multiple of the bits in a byte, a word or a register; several registers and a rest.
SHAPES = [(37, 5), (100, 131), (1290, 64)]
CONV = (3, 9, 7, 6)  # channels, height, width, filters
QONNX = "qonnx.custom_op.general"
CONSTANTS = {"zero": np.float32(0), "one": np.float32(1), "minus": np.float32(-1),
             "two": np.float32(2), "quarter": np.float32(0.25), "negative": np.float32(-0.25),
             "tenth": np.float32(0.1), "one8": np.int8(1), "minus8": np.int8(-1)}


def signs(x):
    return np.where(x >= 0, 1, -1)


# Name: nodes that make `a` of `x`, what numpy makes of it, and its scale.
FORMS = {
    "where": ([node("GreaterOrEqual", ["x", "zero"], ["b"]),
               node("Where", ["b", "one", "minus"], ["a"])], signs, 1),
    "scaled": ([node("Less", ["x", "zero"], ["b"]),
                node("Where", ["b", "negative", "quarter"], ["a"])], signs, 0.25),
    "above": ([node("Greater", ["x", "zero"], ["b"]), node("Cast", ["b"], ["f"], to=1),
               node("Mul", ["f", "two"], ["g"]), node("Sub", ["g", "one"], ["a"])],
              lambda x: np.where(x > 0, 1, -1), 1),
    "larq": ([node("Sign", ["x"], ["s"]), node("Add", ["s", "tenth"], ["t"]),
              node("Sign", ["t"], ["a"])], signs, 1),
    "qonnx": ([node("BipolarQuant", ["x", "quarter"], ["a"], domain=QONNX)], signs, 0.25),
    "steps": ([node("GreaterOrEqual", ["x", "zero"], ["b"]),
               node("Cast", ["b"], ["a"], to=1)], lambda x: np.where(x >= 0, 1, 0), 1),
    "integer": ([node("GreaterOrEqual", ["x", "zero"], ["b"]),
                 node("Where", ["b", "one8", "minus8"], ["a"])], signs, 1),
}


def product(form, conv, scales):
    if form == "integer":
        return [node("MatMulInteger", ["a", "w8"], ["y"])]
    if conv:
        # A position outside is 0, which is a bit of the inputs only where 0 and 1 are.
        pads = [1, 1, 1, 1] if form == "steps" else [0, 0, 0, 0]
        return [node("Conv", ["a", "w"], ["y"], pads=pads)]
    return [node("MatMul", ["a", "ws" if scales else "w"], ["y"])]


def convolve(a, w, pad):
    a = np.pad(a, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(a, w.shape[2:], (2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, w)


def inputs(random, shape):
    x = random.standard_normal(shape).astype(np.float32)
    x[random.random(shape) < 0.2] = 0
    flat = x.reshape(len(x), -1)
    for row, value in zip(range(1, len(x)), (1.5, -1.5, 0.0, -0.0)):
        flat[row] = value
    if len(x) > 5:
        flat[5, 0::2], flat[5, 1::2] = 1, -1
    return x


def build(path, random, form, shape, conv, scales):
    nodes = FORMS[form][0] + product(form, conv, scales)
    w = 2 * random.integers(0, 2, shape) - 1
    if not conv:
        w[:, 0], w[:, 1], w[0::2, 2], w[1::2, 2] = 1, -1, 1, -1
    factors = 2.0 ** random.integers(-3, 3, shape[-1]) if scales else 1
    constants = {**CONSTANTS, "w": w.astype(np.float32), "w8": w.astype(np.int8),
                 "ws": (w * factors).astype(np.float32)}
    used = {name for n in nodes for name in n.input}
    sizes = [CONV[0], CONV[1], CONV[2]] if conv else [shape[0]]
    result = TensorProto.INT32 if form == "integer" else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, form, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["M", *sizes])],
        [helper.make_tensor_value_info("y", result, None)],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items() if k in used])
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(QONNX, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), path)
    return w, factors


def cases():
    for i, form in enumerate(FORMS):
        yield form, SHAPES[i % len(SHAPES)], False, False
    for shape in SHAPES:
        yield "where", shape, False, True
    for form in ("where", "steps"):
        yield form, (CONV[3], CONV[0], 3, 3), True, False


def main():
    random = np.random.default_rng(0)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    exact = wrong = 0
    for form, shape, conv, scales in cases():
        w, factors = build(folder / "model.onnx", random, form, shape, conv, scales)
        _, bits, scale = FORMS[form]
        for m in (1, 6):
            x = inputs(random, (m, *(CONV[:3] if conv else shape[:1])))
            a = bits(x) * scale
            expected = convolve(a, w, form == "steps") if conv else a @ w * factors
            np.savez(folder / "x.npz", x=x)
            for target in sys.argv[2:]:
                subprocess.run(["tern", "run", folder / "model.onnx", f"--target={target}",
                                "--method=xnor_popcount", f"--dim=M={m}",
                                f"--data={folder / 'x.npz'}", "-o", folder / "y.npz"], check=True,
                               stdout=subprocess.DEVNULL)
                same = np.array_equal(np.load(folder / "y.npz")["y"], expected)
                exact, wrong = exact + same, wrong + (not same)
                if not same:
                    print(f"WRONG {target} {form} {shape} of {m} rows, scaled: {scales}")
    print(f"{exact} exact, {wrong} wrong")
    sys.exit(wrong > 0)


main()
