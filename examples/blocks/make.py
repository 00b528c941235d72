"""Makes two small transformer blocks with random low-bit weights:

w4a16/    4-bit weights in groups of 32 (MatMulNBits), half-precision activations
ternary/  ternary weights, activations quantized to int8 for each token
          (absolute maximum, round, clip, MatMulInteger)

Each folder gets model.onnx, inputs.npz and expected.npz: an input, and the output that
numpy computes here in double precision from the dequantized weights. (A model in half
precision rounds every value to 11 bits: its output is near that, not within the 1e-3
of each element that `tern verify` asks of outputs.npz.)

usage: make.py [FOLDER]      (needs numpy and onnx)
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOKENS, HIDDEN, HEADS, INNER, GROUP = 8, 64, 4, 128, 32
HEAD = HIDDEN // HEADS
EPSILON = 1e-5


class Graph:
    """Nodes and initializers under construction. Values are names."""

    def __init__(self, real):
        self.nodes, self.initializers, self.real = [], [], real

    def node(self, op, inputs, name, domain="", **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, domain=domain,
                                           **attributes))
        return name

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def scalar(self, name, value):
        return self.constant(name, np.array(value, self.real))

    def save(self, folder, x):
        folder.mkdir(parents=True, exist_ok=True)
        dtype = helper.np_dtype_to_tensor_dtype(np.dtype(self.real))
        shape = [TOKENS, HIDDEN]
        graph = helper.make_graph(
            self.nodes, "block", [helper.make_tensor_value_info("x", dtype, shape)],
            [helper.make_tensor_value_info("y", dtype, shape)], self.initializers)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, folder / "model.onnx")


class W4A16:
    """4-bit codes with a zero point of 8 and a half-precision scale a group."""

    real = np.float16

    def __init__(self, random):
        self.random = random

    def linear(self, g, x, name, inputs, outputs):
        codes = self.random.integers(0, 16, (outputs, inputs))
        scales = self.random.uniform(0.5, 1.5, (outputs, inputs // GROUP)) / np.sqrt(inputs) / 5
        scales = scales.astype(np.float16)
        packed = (codes[:, 0::2] | codes[:, 1::2] << 4).astype(np.uint8)
        g.constant(name + ".codes", packed.reshape(outputs, inputs // GROUP, GROUP // 2))
        g.constant(name + ".scales", scales.reshape(-1))
        g.node("MatMulNBits", [x, name + ".codes", name + ".scales"], name, "com.microsoft",
               K=inputs, N=outputs, bits=4, block_size=GROUP)
        dense = (codes - 8.0) * np.repeat(scales.astype(np.float64), GROUP, axis=1)
        return name, lambda value: value @ dense.T


class Ternary:
    """-1, 0 and 1 with one scale a matrix; int8 activations with one a token."""

    real = np.float32

    def __init__(self, random):
        self.random = random

    def linear(self, g, x, name, inputs, outputs):
        codes = self.random.integers(-1, 2, (inputs, outputs)).astype(np.int8)
        scale = np.float32(self.random.uniform(0.8, 1.2) / np.sqrt(inputs))
        if "127" not in {i.name for i in g.initializers}:
            g.scalar("127", 127)
            g.scalar("-127", -127)
            g.scalar("tiny", 1e-8)
        part = lambda op, operands, what, **a: g.node(op, operands, f"{name}.{what}", **a)
        largest = part("ReduceMax", [part("Abs", [x], "abs")], "absmax", axes=[-1], keepdims=1)
        step = part("Div", [part("Max", [largest, "tiny"], "floor"), "127"], "step")
        rounded = part("Round", [part("Div", [x, step], "scaled")], "rounded")
        clipped = part("Clip", [rounded, "-127", "127"], "clipped")
        q = part("Cast", [clipped], "codes", to=TensorProto.INT8)
        g.constant(name + ".weight", codes)
        total = part("Cast", [part("MatMulInteger", [q, name + ".weight"], "sum")], "total",
                     to=TensorProto.FLOAT)
        g.scalar(name + ".scale", scale)
        factor = part("Mul", [step, name + ".scale"], "factor")
        g.node("Mul", [total, factor], name)

        def reference(value):
            steps = np.maximum(np.abs(value).max(-1, keepdims=True), 1e-8) / 127
            return np.clip(np.round(value / steps), -127, 127) @ codes * steps * scale

        return name, reference


def norm(g, x, name, weight):
    """Root-mean-square normalization; the mean in single precision."""
    part = lambda op, operands, what, **a: g.node(op, operands, f"{name}.{what}", **a)
    if "epsilon" not in {i.name for i in g.initializers}:
        g.constant("epsilon", np.array(EPSILON, np.float32))
        g.constant("two", np.array(2, np.float32))
    wide = part("Cast", [x], "wide", to=TensorProto.FLOAT)
    mean = part("ReduceMean", [part("Pow", [wide, "two"], "squares")], "mean", axes=[-1], keepdims=1)
    root = part("Sqrt", [part("Add", [mean, "epsilon"], "shifted")], "root")
    whole = part("Div", [wide, root], "whole")
    narrow = part("Cast", [whole], "narrow", to=helper.np_dtype_to_tensor_dtype(np.dtype(g.real)))
    g.constant(name + ".weight", weight)
    g.node("Mul", [narrow, name + ".weight"], name)
    return name, lambda v: v / np.sqrt((v * v).mean(-1, keepdims=True) + EPSILON) * weight


def softmax(v):
    e = np.exp(v - v.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def heads(g, x, name, order):
    g.node("Reshape", [x, "by_head"], name + ".split")
    g.node("Transpose", [name + ".split"], name + ".heads", perm=order)
    return name + ".heads"


def attention(g, weights, x, value):
    """Causal attention over all tokens; returns the name and the reference value."""
    names, values = zip(*[
        (name, reference(value)) for name, reference in
        [weights.linear(g, x, what, HIDDEN, HIDDEN) for what in ("query", "key", "value")]])
    q, k, v = (heads(g, name, name, order) for name, order in
               zip(names, ([1, 0, 2], [1, 2, 0], [1, 0, 2])))
    mask = np.triu(np.full((TOKENS, TOKENS), -1e4), 1)
    g.constant("mask", mask.astype(g.real))
    g.scalar("root", 1 / np.sqrt(HEAD))
    scores = g.node("Mul", [g.node("MatMul", [q, k], "products"), "root"], "scores")
    seen = g.node("Softmax", [g.node("Add", [scores, "mask"], "masked")], "attention", axis=-1)
    mixed = g.node("Transpose", [g.node("MatMul", [seen, v], "mixed")], "mixed.tokens", perm=[1, 0, 2])
    joined = g.node("Reshape", [mixed, "by_token"], "joined")
    rq, rk, rv = (a.reshape(TOKENS, HEADS, HEAD).transpose(1, 0, 2) for a in values)
    p = softmax(rq @ rk.transpose(0, 2, 1) / np.sqrt(HEAD) + mask)
    together = (p @ rv).transpose(1, 0, 2).reshape(TOKENS, HIDDEN)
    out, reference = weights.linear(g, joined, "output", HIDDEN, HIDDEN)
    return out, reference(together)


def block(kind, seed):
    random = np.random.default_rng(seed)
    g, weights = Graph(kind.real), kind(random)
    g.constant("by_head", np.array([TOKENS, HEADS, HEAD], np.int64))
    g.constant("by_token", np.array([TOKENS, HIDDEN], np.int64))
    gain = lambda: random.uniform(0.8, 1.2, HIDDEN).astype(kind.real)
    x = random.standard_normal((TOKENS, HIDDEN)).astype(kind.real)

    name, reference = norm(g, "x", "norm1", gain())
    attended, value = attention(g, weights, name, reference(x.astype(np.float64)))
    middle = g.node("Add", ["x", attended], "residual1")
    value = x + value

    name, reference = norm(g, middle, "norm2", gain())
    normed = reference(value)
    up, up_reference = weights.linear(g, name, "up", HIDDEN, INNER)
    gate, gate_reference = weights.linear(g, name, "gate", HIDDEN, INNER)
    silu = g.node("Mul", [gate, g.node("Sigmoid", [gate], "gate.sigmoid")], "gate.silu")
    inner = g.node("Mul", [silu, up], "inner")
    opened = gate_reference(normed)
    down, down_reference = weights.linear(g, inner, "down", INNER, HIDDEN)
    g.node("Add", [middle, down], "y")
    return g, x, value + down_reference(opened / (1 + np.exp(-opened)) * up_reference(normed))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for folder, kind, seed in (("w4a16", W4A16, 1), ("ternary", Ternary, 2)):
        graph, x, y = block(kind, seed)
        graph.save(root / folder, x)
        np.savez_compressed(root / folder / "inputs.npz", x=x)
        np.savez_compressed(root / folder / "expected.npz", y=y)
        print(root / folder)


if __name__ == "__main__":
    main()
