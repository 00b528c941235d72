"""The formats of bench/mpgemm.py: for each, an ONNX model of one product with random
weights, its inputs, and what numpy computes for them in double precision."""
from dataclasses import dataclass
from typing import Callable

import numpy as np
from onnx import TensorProto, helper, numpy_helper

GROUP = 32
INPUT_SCALE = np.float32(0.02)


@dataclass
class Format:
    name: str
    make: Callable  # (random, k, n) -> model, inputs -> result
    inputs: Callable  # (random, m, k) -> name -> array
    peer: bool  # whether ONNX Runtime runs the same file
    tolerance: float  # of the greatest result


def model_of(nodes, initializers, x_type, y_type, k, n):
    graph = helper.make_graph(
        nodes, "product", [helper.make_tensor_value_info("x", x_type, ["M", k])],
        [helper.make_tensor_value_info("y", y_type, ["M", n])], initializers)
    opsets = [helper.make_opsetid("", 24), helper.make_opsetid("com.microsoft", 1),
              helper.make_opsetid("qonnx.custom_op.general", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=13)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def nibbles(name, codes):
    """An int4 initializer: two codes a byte, the first one low."""
    flat = (codes.reshape(-1) & 15).astype(np.uint8)
    packed = flat[0::2] | flat[1::2] << 4
    return helper.make_tensor(name, TensorProto.INT4, codes.shape, packed.tobytes(), raw=True)


def int8_inputs(random, m, k):
    return {"x": random.integers(-127, 128, (m, k)).astype(np.int8)}


def float_inputs(random, m, k):
    return {"x": random.standard_normal((m, k)).astype(np.float32)}


def dequantized(codes, scales, axis, block=0):
    """Nodes of x (int8) times weights of codes (K x N), in float."""
    weights = nibbles("w", codes) if block else constant("w", codes.astype(np.int8))
    attributes = {"axis": 0, "block_size": block} if block else {}
    if axis is not None:
        attributes["axis"] = axis
    nodes = [helper.make_node("DequantizeLinear", ["x", "sx"], ["xf"]),
             helper.make_node("DequantizeLinear", ["w", "sw"], ["wf"], **attributes),
             helper.make_node("MatMul", ["xf", "wf"], ["y"])]
    return nodes, [weights, constant("sx", INPUT_SCALE), constant("sw", scales)]


def dense(codes, scales, block=0):
    scales = np.asarray(scales, np.float64)
    return codes * (np.repeat(scales, block, axis=0) if block else scales)


def keep(random, codes, nm):
    """All but N of every M codes of a column become 0; nm: (N, M), or nothing."""
    if not nm:
        return codes
    windows = codes.reshape(-1, nm[1], codes.shape[1])
    order = random.random(windows.shape).argsort(axis=1)
    return np.where(order < nm[0], windows, 0).reshape(codes.shape)


def int8_product(random, k, n, low, high, per_row, nm=None):
    codes = keep(random, random.integers(low, high + 1, (k, n)), nm)
    scales = random.uniform(0.5, 1.5, n).astype(np.float32) if per_row else np.float32(0.7)
    nodes, initializers = dequantized(codes, scales, 1 if per_row else None)
    weights = dense(codes, scales)
    model = model_of(nodes, initializers, TensorProto.INT8, TensorProto.FLOAT, k, n)
    return model, lambda a: a["x"].astype(np.float64) @ weights * float(INPUT_SCALE)


def binary_product(random, k, n):
    codes = 2 * random.integers(0, 2, (k, n)) - 1
    nodes, initializers = dequantized(codes, np.float32(0.7), None)
    model = model_of(nodes, initializers, TensorProto.INT8, TensorProto.FLOAT, k, n)
    return model, lambda a: a["x"].astype(np.float64) @ (codes * 0.7) * float(INPUT_SCALE)


def signs_product(random, k, n):
    """Signs of float inputs times weights of 1 and -1, as QONNX says it."""
    codes = 2 * random.integers(0, 2, (k, n)) - 1
    bipolar = {"domain": "qonnx.custom_op.general"}
    nodes = [helper.make_node("BipolarQuant", ["x", "sx"], ["xf"], **bipolar),
             helper.make_node("BipolarQuant", ["w", "sw"], ["wf"], **bipolar),
             helper.make_node("MatMul", ["xf", "wf"], ["y"])]
    initializers = [constant("sx", INPUT_SCALE), constant("sw", np.float32(0.7)),
                    constant("w", codes.astype(np.float32))]
    model = model_of(nodes, initializers, TensorProto.FLOAT, TensorProto.FLOAT, k, n)

    def reference(a):
        signs = np.where(a["x"] >= 0, 1.0, -1.0)
        return signs @ (codes * 0.7) * float(INPUT_SCALE)

    return model, reference


def int4_blocks(random, k, n, nm=None):
    codes = keep(random, random.integers(-8, 8, (k, n)), nm)
    scales = random.uniform(0.5, 1.5, (k // GROUP, n)).astype(np.float32)
    nodes, initializers = dequantized(codes, scales, 0, GROUP)
    weights = dense(codes, scales, GROUP)
    model = model_of(nodes, initializers, TensorProto.INT8, TensorProto.FLOAT, k, n)
    return model, lambda a: a["x"].astype(np.float64) @ weights * float(INPUT_SCALE)


def mx_blocks(random, k, n):
    """Weights of e2m1 in blocks of 32 with e8m0 scales; float inputs."""
    codes = random.integers(0, 16, (k, n)).astype(np.uint8)
    flat = codes.reshape(-1)
    weights = helper.make_tensor("w", TensorProto.FLOAT4E2M1, codes.shape,
                                 (flat[0::2] | flat[1::2] << 4).tobytes(), raw=True)
    exponents = random.integers(120, 126, (k // GROUP, n)).astype(np.uint8)
    scales = helper.make_tensor("e", TensorProto.FLOAT8E8M0, exponents.shape,
                                exponents.tobytes(), raw=True)
    nodes = [helper.make_node("Cast", ["e"], ["s"], to=TensorProto.FLOAT),
             helper.make_node("DequantizeLinear", ["w", "s"], ["wf"], axis=0, block_size=GROUP),
             helper.make_node("MatMul", ["x", "wf"], ["y"])]
    values = np.array([0, .5, 1, 1.5, 2, 3, 4, 6])
    real = np.concatenate([values, -values])[codes]
    real = dense(real, 2.0 ** (exponents.astype(np.float64) - 127), GROUP)
    model = model_of(nodes, [weights, scales], TensorProto.FLOAT, TensorProto.FLOAT, k, n)
    return model, lambda a: a["x"].astype(np.float64) @ real


def matmul_nbits(random, k, n):
    codes = random.integers(0, 16, (n, k))
    scales = (random.uniform(0.5, 1.5, (n, k // GROUP)) / 50).astype(np.float32)
    packed = (codes[:, 0::2] | codes[:, 1::2] << 4).astype(np.uint8)
    node = helper.make_node("MatMulNBits", ["x", "w", "s"], ["y"], domain="com.microsoft", K=k,
                            N=n, bits=4, block_size=GROUP, accuracy_level=4)
    initializers = [constant("w", packed.reshape(n, k // GROUP, GROUP // 2)),
                    constant("s", scales.reshape(-1))]
    weights = (codes - 8) * np.repeat(scales.astype(np.float64), GROUP, axis=1)
    model = model_of([node], initializers, TensorProto.FLOAT, TensorProto.FLOAT, k, n)
    return model, lambda a: a["x"].astype(np.float64) @ weights.T


def qlinear_matmul(random, k, n):
    codes = random.integers(-127, 128, (k, n)).astype(np.int8)
    scales = (random.uniform(0.5, 1.5, n) / 100).astype(np.float32)
    sy = np.float32(np.sqrt(k) * 0.3)
    node = helper.make_node("QLinearMatMul", ["x", "sx", "zx", "w", "sw", "zw", "sy", "zx"],
                            ["y"])
    initializers = [constant("sx", INPUT_SCALE), constant("zx", np.int8(0)),
                    constant("w", codes), constant("sw", scales),
                    constant("zw", np.zeros(n, np.int8)), constant("sy", sy)]
    model = model_of([node], initializers, TensorProto.INT8, TensorProto.INT8, k, n)

    def reference(a):
        sums = (a["x"].astype(np.int64) @ codes.astype(np.int64)).astype(np.float32)
        return np.clip(np.rint(sums * (INPUT_SCALE * scales / sy)), -128, 127)

    return model, reference


FORMATS = {format.name: format for format in [
    # Codes are exact; one rounding of a sum to f32 and one of its scale.
    Format("int8", qlinear_matmul, int8_inputs, True, 0),
    Format("int4", lambda r, k, n: int8_product(r, k, n, -8, 7, True), int8_inputs, False, 1e-6),
    Format("int4g32", int4_blocks, int8_inputs, False, 1e-5),
    Format("int4-2:4", lambda r, k, n: int8_product(r, k, n, -8, 7, True, (2, 4)), int8_inputs,
           False, 1e-6),
    Format("int4g32-2:4", lambda r, k, n: int4_blocks(r, k, n, (2, 4)), int8_inputs, False, 1e-5),
    Format("int8-2:4", lambda r, k, n: int8_product(r, k, n, -127, 127, True, (2, 4)),
           int8_inputs, False, 1e-6),
    Format("int4-1:4", lambda r, k, n: int8_product(r, k, n, -8, 7, True, (1, 4)), int8_inputs,
           False, 1e-6),
    Format("int2", lambda r, k, n: int8_product(r, k, n, -2, 1, True), int8_inputs, False, 1e-6),
    Format("ternary", lambda r, k, n: int8_product(r, k, n, -1, 1, False), int8_inputs, False,
           1e-6),
    Format("binary", binary_product, int8_inputs, False, 1e-6),
    Format("signs", signs_product, float_inputs, False, 1e-6),
    Format("mxfp4a32", mx_blocks, float_inputs, False, 1e-5),
    # Float inputs: the peer rounds them to int8, Tern does not.
    Format("w4a32g32", matmul_nbits, float_inputs, True, 1e-5),
]}
