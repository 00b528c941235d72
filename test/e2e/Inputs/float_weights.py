"""Writes models of one product with weights of small floats, every code among them, each
with inputs and outputs in a folder of its own: MX (e2m1, an e8m0 scale a block of 32), NVFP4
(e2m1, an e4m3 scale a block of 16 and one for all), e4m3 and e5m2 with f32 scales; nf4 and bnb4
(the two codebooks of MatMulBnb4), and ragged, of nf4 with blocks across rows.

usage: float_weights.py FOLDER
"""
import pathlib
import sys

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROWS, DEPTH, COLUMNS = 5, 80, 48  # the last block of 32 is ragged
E2M1 = np.array([0, .5, 1, 1.5, 2, 3, 4, 6, -0., -.5, -1, -1.5, -2, -3, -4, -6])


def e2m1_weights(random):
    codes = np.resize(np.arange(16, dtype=np.uint8), (DEPTH, COLUMNS))
    random.shuffle(codes.reshape(-1))
    flat = codes.reshape(-1)
    packed = flat[0::2] | flat[1::2] << 4
    tensor = helper.make_tensor("w", TensorProto.FLOAT4E2M1, codes.shape, packed.tobytes(),
                                raw=True)
    return tensor, E2M1[codes]


def e8_weights(random, dtype, kind):
    codes = np.resize(np.arange(256, dtype=np.uint8), (DEPTH, COLUMNS))
    random.shuffle(codes.reshape(-1))
    values = codes.view(dtype).astype(np.float64)
    codes[~np.isfinite(values)] = 0
    tensor = helper.make_tensor("w", kind, codes.shape, codes.tobytes(), raw=True)
    return tensor, codes.view(dtype).astype(np.float64)


def mx(random):
    tensor, values = e2m1_weights(random)
    exponents = random.integers(120, 131, (-(-DEPTH // 32), COLUMNS)).astype(np.uint8)
    scale = helper.make_tensor("e", TensorProto.FLOAT8E8M0, exponents.shape, exponents.tobytes(),
                               raw=True)
    node = helper.make_node("Cast", ["e"], ["s"], to=TensorProto.FLOAT)
    return tensor, values, [node], [scale], 2.0 ** (exponents.astype(np.float64) - 127), 32


def nvfp4(random):
    tensor, values = e2m1_weights(random)
    blocks = random.uniform(.5, 400, (DEPTH // 16, COLUMNS)).astype(ml_dtypes.float8_e4m3fn)
    scale = helper.make_tensor("e", TensorProto.FLOAT8E4M3FN, blocks.shape, blocks.tobytes(),
                               raw=True)
    whole = np.float32(0.003)
    node = helper.make_node("DequantizeLinear", ["e", "whole"], ["s"])
    initializers = [scale, numpy_helper.from_array(whole, "whole")]
    return tensor, values, [node], initializers, blocks.astype(np.float32) * whole, 16


def e8(dtype, kind):
    def make(random):
        tensor, values = e8_weights(random, dtype, kind)
        scale = random.uniform(.5, 2, (-(-DEPTH // 32), COLUMNS)).astype(np.float32)
        return tensor, values, [], [numpy_helper.from_array(scale, "s")], scale, 32
    return make


FORMATS = {"mx": mx, "nvfp4": nvfp4,
           "e4m3": e8(ml_dtypes.float8_e4m3fn, TensorProto.FLOAT8E4M3FN),
           "e5m2": e8(ml_dtypes.float8_e5m2, TensorProto.FLOAT8E5M2)}


def save(folder, random, nodes, dense, initializers):
    """A model of `nodes`, which multiply x with what `dense` is, and its data."""
    info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "product", [info("x", [ROWS, DEPTH])],
                              [info("y", [ROWS, COLUMNS])], initializers)
    opsets = [helper.make_opsetid("", 25), helper.make_opsetid("com.microsoft", 1)]
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=13), folder / "model.onnx")
    x = random.standard_normal((ROWS, DEPTH)).astype(np.float32)
    np.savez(folder / "inputs.npz", x=x)
    np.savez(folder / "outputs.npz", y=(x @ dense).astype(np.float32))


def write(folder, name, make):
    random = np.random.default_rng(7)
    tensor, values, nodes, initializers, scale, block = make(random)
    nodes += [helper.make_node("DequantizeLinear", ["w", "s"], ["real"], axis=0, block_size=block),
              helper.make_node("MatMul", ["x", "real"], ["y"])]
    dense = values * np.repeat(scale.astype(np.float64), block, axis=0)[:DEPTH]
    save(folder / name, random, nodes, dense, [tensor, *initializers])


# bitsandbytes' codebooks: quantiles of the normal distribution; a sign and eight magnitudes.
NF4 = np.array([-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
                -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0,
                0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
                0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1])
BNB4 = np.array([0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4])
BNB4 = np.concatenate([BNB4, -BNB4])


def write_codebook(folder, name, table, block):
    random = np.random.default_rng(8)
    codes = np.resize(np.arange(16, dtype=np.uint8), COLUMNS * DEPTH)
    random.shuffle(codes)
    scales = random.uniform(.5, 2, -(-codes.size // block)).astype(np.float32)
    node = helper.make_node("MatMulBnb4", ["x", "w", "s"], ["y"], domain="com.microsoft", K=DEPTH,
                            N=COLUMNS, block_size=block, quant_type=int(table is NF4))
    dense = table[codes] * np.repeat(scales.astype(np.float64), block)[:codes.size]
    save(folder / name, random, [node], dense.reshape(COLUMNS, DEPTH).T,
         [numpy_helper.from_array(codes[0::2] << 4 | codes[1::2], "w"),
          numpy_helper.from_array(scales, "s")])


for name, make in FORMATS.items():
    write(pathlib.Path(sys.argv[1]), name, make)
for name, table, block in [("nf4", NF4, 16), ("bnb4", BNB4, 80), ("ragged", NF4, 64)]:
    write_codebook(pathlib.Path(sys.argv[1]), name, table, block)
