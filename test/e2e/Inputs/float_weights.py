"""Writes models of one product with weights of small floats, every code among them, each
with inputs and outputs in a folder of its own: MX (e2m1, an e8m0 scale a block of 32), NVFP4
(e2m1, an e4m3 scale a block of 16 and one for all), e4m3 and e5m2 with f32 scales.

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


def write(folder, name, make):
    random = np.random.default_rng(7)
    tensor, values, nodes, initializers, scale, block = make(random)
    nodes += [helper.make_node("DequantizeLinear", ["w", "s"], ["real"], axis=0, block_size=block),
              helper.make_node("MatMul", ["x", "real"], ["y"])]
    info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, name, [info("x", [ROWS, DEPTH])],
                              [info("y", [ROWS, COLUMNS])], [tensor, *initializers])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=13)
    (folder / name).mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / name / "model.onnx")
    x = random.standard_normal((ROWS, DEPTH)).astype(np.float32)
    dense = values * np.repeat(scale.astype(np.float64), block, axis=0)[:DEPTH]
    np.savez(folder / name / "inputs.npz", x=x)
    np.savez(folder / name / "outputs.npz", y=(x @ dense).astype(np.float32))


for name, make in FORMATS.items():
    write(pathlib.Path(sys.argv[1]), name, make)
