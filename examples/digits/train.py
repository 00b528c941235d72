#!/usr/bin/env python3
"""Trains the digit classifier of the examples and writes it as ONNX.

Data: the 8x8 handwritten digits that ship inside scikit-learn. The network:

    8-bit 3x3 conv 1->16, ternary 3x3 conv 16->32, max pool,
    ternary 3x3 conv 32->32, max pool, 8-bit dense 128->10

with 8-bit activations between the layers; over 97 % of its multiplications are
ternary. Weights are trained with a straight-through estimator (per-channel
absmean ternary), then everything is rounded and written as QuantizeLinear /
DequantizeLinear with INT2 ternary weights. float.onnx is the same network trained
and written in floats, for `tern compile --quantize`; calibration.npz are 256 of the
pictures that it was trained on.

    pip install numpy scikit-learn onnx
    python3 train.py            # writes model.onnx, inputs.npz, outputs.npz, labels.npy
    python3 train.py --float    # writes float.onnx, calibration.npz

The expected outputs come from the integer arithmetic in `integer_forward`, not
from Tern.
"""
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
SEED = 7
EPOCHS = 60
BATCH = 64
LEARNING_RATE = 2e-3


def load_digits():
    """Images as N x 1 x 8 x 8 in [0, 1], split 80 / 20 by a fixed shuffle."""
    from sklearn.datasets import load_digits as load

    data = load()
    images = (data.images / 16.0).astype(np.float32)[:, None]
    order = np.random.default_rng(SEED).permutation(len(images))
    images, labels = images[order], data.target[order]
    held_out = len(images) // 5
    return (images[held_out:], labels[held_out:]), (images[:held_out],
                                                    labels[:held_out])


def columns(x):
    """3x3 patches of a zero-padded N x C x H x W: N x H x W x (C*9)."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
    n, c, h, w = windows.shape[:4]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, h, w, c * 9)


def fold(grad, channels):
    """The transpose of `columns`."""
    n, h, w, _ = grad.shape
    grad = grad.reshape(n, h, w, channels, 3, 3)
    out = np.zeros((n, channels, h + 2, w + 2), grad.dtype)
    for dy in range(3):
        for dx in range(3):
            out[:, :, dy:dy + h, dx:dx + w] += grad[..., dy, dx].transpose(
                0, 3, 1, 2)
    return out[:, :, 1:-1, 1:-1]


def ternary(weights):
    """Per row: signs in {-1, 0, 1} and the scale that multiplies them."""
    threshold = 0.7 * np.abs(weights).mean(1, keepdims=True)
    signs = np.sign(weights) * (np.abs(weights) > threshold)
    kept = np.maximum((signs != 0).sum(1), 1)
    scale = np.abs(weights * signs).sum(1) / kept
    return signs.astype(np.int8), scale.astype(np.float32)


class Conv:
    """A 3x3 convolution with bias and Relu; ternary or full weights."""

    def __init__(self, rng, inputs, outputs, is_ternary):
        scale = np.sqrt(2 / (inputs * 9))
        self.inputs, self.is_ternary = inputs, is_ternary
        self.w = rng.normal(0, scale, (outputs, inputs * 9)).astype(np.float32)
        self.b = np.zeros(outputs, np.float32)

    def effective(self):
        if not self.is_ternary:
            return self.w
        signs, scale = ternary(self.w)
        return signs * scale[:, None]

    def forward(self, x):
        self.cols, self.used = columns(x), self.effective()
        self.out = np.maximum(self.cols @ self.used.T + self.b, 0)
        return self.out.transpose(0, 3, 1, 2)

    def backward(self, grad):
        grad = grad.transpose(0, 2, 3, 1) * (self.out > 0)
        flat = grad.reshape(-1, grad.shape[-1])
        # Straight through: the gradient of the ternary weights is applied to
        # the full-precision ones behind them.
        self.dw = flat.T @ self.cols.reshape(len(flat), -1)
        self.db = flat.sum(0)
        return fold(grad @ self.used, self.inputs)


class Pool:
    """2x2 max pooling."""

    def forward(self, x):
        n, c, h, w = x.shape
        blocks = x.reshape(n, c, h // 2, 2, w // 2, 2)
        self.out = blocks.max((3, 5), keepdims=True)
        self.mask = blocks == self.out
        self.shape = x.shape
        return self.out.reshape(n, c, h // 2, w // 2)

    def backward(self, grad):
        return (self.mask * grad.reshape(self.out.shape)).reshape(self.shape)


class Dense:
    """The classifier's last layer."""

    def __init__(self, rng, inputs, outputs):
        self.w = rng.normal(0, np.sqrt(1 / inputs),
                            (outputs, inputs)).astype(np.float32)
        self.b = np.zeros(outputs, np.float32)

    def forward(self, x):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        return self.x @ self.w.T + self.b

    def backward(self, grad):
        self.dw, self.db = grad.T @ self.x, grad.sum(0)
        return (grad @ self.w).reshape(self.shape)


class Adam:
    def __init__(self, params):
        self.state = [(np.zeros_like(p), np.zeros_like(p)) for p in params]
        self.steps = 0

    def step(self, params, grads, rate):
        self.steps += 1
        for p, g, (m, v) in zip(params, grads, self.state):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            unbiased = m / (1 - 0.9**self.steps)
            p -= rate * unbiased / (np.sqrt(v / (1 - 0.999**self.steps)) + 1e-8)


def train(images, labels, has_ternary=True):
    rng = np.random.default_rng(SEED)
    layers = [Conv(rng, 1, 16, False), Conv(rng, 16, 32, has_ternary), Pool(),
              Conv(rng, 32, 32, has_ternary), Pool(), Dense(rng, 128, 10)]
    trained = [layer for layer in layers if hasattr(layer, "w")]
    params = [p for layer in trained for p in (layer.w, layer.b)]
    adam = Adam(params)
    for epoch in range(EPOCHS):
        rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(images))
        for start in range(0, len(order), BATCH):
            pick = order[start:start + BATCH]
            x = images[pick]
            shift = rng.integers(-1, 2, 2)
            x = np.roll(x, shift, (2, 3)) if rng.random() < 0.5 else x
            for layer in layers:
                x = layer.forward(x)
            probability = np.exp(x - x.max(1, keepdims=True))
            probability /= probability.sum(1, keepdims=True)
            probability[np.arange(len(pick)), labels[pick]] -= 1
            grad = probability.astype(np.float32) / len(pick)
            for layer in reversed(layers):
                grad = layer.backward(grad)
            adam.step(params, [g for layer in trained
                               for g in (layer.dw, layer.db)], rate)
    return layers


def quantize(layers, images):
    """Integer parameters, and one activation scale per boundary."""
    x, scales, result = images, [np.float32(1 / 255)], []
    for layer in layers:
        x = layer.forward(x)
        if isinstance(layer, Pool):
            continue
        scale_in = scales[-1]
        if getattr(layer, "is_ternary", False):
            codes, scale = ternary(layer.w)
        else:
            scale = (np.abs(layer.w).max(1) / 127).astype(np.float32)
            codes = np.rint(layer.w / scale[:, None]).astype(np.int8)
        bias_scale = (scale_in * scale).astype(np.float32)
        bias = np.rint(layer.b / bias_scale).astype(np.int32)
        result.append((codes, scale, bias, bias_scale))
        scales.append(np.float32(np.abs(x).max() / (255 if isinstance(
            layer, Conv) else 127)))
    return result, scales


def requantize(acc, multiplier, low, high):
    """Tern's definition: one f32 product, rounded to nearest even, clipped."""
    return np.clip(np.rint(acc.astype(np.float32) * multiplier), low, high)


def integer_forward(images, params, scales):
    """The quantised network in integers: the expected outputs."""
    x = np.clip(np.rint(images / scales[0]), 0, 255).astype(np.int64)
    for index, (codes, scale, bias, bias_scale) in enumerate(params[:3]):
        acc = columns(x) @ codes.astype(np.int64).T + bias
        multiplier = (bias_scale / scales[index + 1]).astype(np.float32)
        x = requantize(acc, multiplier, 0, 255).astype(np.int64)
        x = x.transpose(0, 3, 1, 2)
        if index > 0:
            x = Pool().forward(x)
    codes, scale, bias, bias_scale = params[3]
    acc = x.reshape(len(x), -1) @ codes.astype(np.int64).T + bias
    multiplier = (bias_scale / scales[4]).astype(np.float32)
    logits = requantize(acc, multiplier, -128, 127)
    return logits.astype(np.float32) * scales[4]


def pack_int2(codes):
    """ONNX's INT2: four to a byte, the first in the lowest bits."""
    flat = (codes.reshape(-1) & 3).astype(np.uint8)
    flat = np.concatenate([flat, np.zeros(-len(flat) % 4, np.uint8)])
    flat = flat.reshape(-1, 4)
    return (flat[:, 0] | flat[:, 1] << 2 | flat[:, 2] << 4 |
            flat[:, 3] << 6).tobytes()


def write_onnx(path, params, scales):
    from onnx import TensorProto as T
    from onnx import helper, numpy_helper, save

    nodes, initializers = [], []

    def constant(name, array):
        initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(op, inputs, output, name, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name, **attributes))
        return output

    def quantized(x, name, scale, dtype):
        arguments = [constant(f"{name}_scale", scale),
                     constant(f"{name}_zero", np.zeros((), dtype))]
        q = node("QuantizeLinear", [x, *arguments], f"{name}_q", f"{name}.quantize")
        return node("DequantizeLinear", [q, *arguments], f"{name}_dq",
                    f"{name}.dequantize")

    def weights(name, index, shape):
        codes, scale, bias, bias_scale = params[index]
        codes = codes.reshape(shape)
        if np.abs(codes).max() <= 1:
            initializers.append(helper.make_tensor(
                f"{name}_w", T.INT2, shape, pack_int2(codes), raw=True))
        else:
            constant(f"{name}_w", codes)
        w = node("DequantizeLinear", [f"{name}_w", constant(f"{name}_ws", scale)],
                 f"{name}_wf", f"{name}.weight", axis=0)
        b = node("DequantizeLinear", [constant(f"{name}_b", bias),
                                      constant(f"{name}_bs", bias_scale)],
                 f"{name}_bf", f"{name}.bias", axis=0)
        return w, b

    x = quantized("image", "input", scales[0], np.uint8)
    channels = [1, 16, 32, 32]
    for i in range(3):
        name = f"conv{i + 1}"
        w, b = weights(name, i, (channels[i + 1], channels[i], 3, 3))
        y = node("Conv", [x, w, b], f"{name}_out", name, kernel_shape=[3, 3],
                 pads=[1, 1, 1, 1])
        y = node("Relu", [y], f"{name}_relu", f"{name}.relu")
        x = quantized(y, name, scales[i + 1], np.uint8)
        if i > 0:
            x = node("MaxPool", [x], f"pool{i}_out", f"pool{i}",
                     kernel_shape=[2, 2], strides=[2, 2])
    x = node("Flatten", [x], "features", "flatten", axis=1)
    w, b = weights("dense", 3, (10, 128))
    y = node("Gemm", [x, w, b], "dense_out", "dense", transB=1)
    arguments = [constant("dense_scale", scales[4]),
                 constant("dense_zero", np.zeros((), np.int8))]
    q = node("QuantizeLinear", [y, *arguments], "dense_q", "dense.quantize")
    node("DequantizeLinear", [q, *arguments], "logits", "dense.dequantize")

    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", T.FLOAT, ["batch", 1, 8, 8])],
        [helper.make_tensor_value_info("logits", T.FLOAT, ["batch", 10])],
        initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)],
                              ir_version=13, producer_name="tern-examples")
    save(model, path)


def write_float_onnx(path, layers):
    from onnx import TensorProto as T
    from onnx import helper, numpy_helper, save

    nodes, initializers, x = [], [], "image"

    def node(op, inputs, name, **attributes):
        nodes.append(helper.make_node(op, inputs, [f"{name}_out"], name, **attributes))
        return f"{name}_out"

    def constants(name, weights, bias):
        for suffix, array in (("w", weights), ("b", bias)):
            initializers.append(numpy_helper.from_array(array, f"{name}_{suffix}"))
        return [f"{name}_w", f"{name}_b"]

    convs = pools = 0
    for layer in layers[:-1]:
        if isinstance(layer, Pool):
            pools += 1
            x = node("MaxPool", [x], f"pool{pools}", kernel_shape=[2, 2], strides=[2, 2])
            continue
        convs += 1
        name = f"conv{convs}"
        weights = layer.w.reshape(-1, layer.inputs, 3, 3)
        x = node("Conv", [x, *constants(name, weights, layer.b)], name,
                 kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        x = node("Relu", [x], f"{name}.relu")
    x = node("Flatten", [x], "flatten", axis=1)
    nodes.append(helper.make_node(
        "Gemm", [x, *constants("dense", layers[-1].w, layers[-1].b)], ["logits"],
        "dense", transB=1))
    graph = helper.make_graph(
        nodes, "digits_float",
        [helper.make_tensor_value_info("image", T.FLOAT, ["batch", 1, 8, 8])],
        [helper.make_tensor_value_info("logits", T.FLOAT, ["batch", 10])],
        initializers)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                           ir_version=8, producer_name="tern-examples"), path)


def main_float():
    (images, labels), (held_out, held_out_labels) = load_digits()
    layers = train(images, labels, has_ternary=False)
    x = held_out
    for layer in layers:
        x = layer.forward(x)
    print(f"held-out accuracy {(x.argmax(1) == held_out_labels).mean():.4f}")
    write_float_onnx(HERE / "float.onnx", layers)
    np.savez_compressed(HERE / "calibration.npz", image=images[:256])


def main():
    (images, labels), (held_out, held_out_labels) = load_digits()
    layers = train(images, labels)
    params, scales = quantize(layers, images)
    logits = integer_forward(held_out, params, scales)
    accuracy = (logits.argmax(1) == held_out_labels).mean()
    macs = [64 * 9 * 16, 64 * 9 * 16 * 32, 16 * 9 * 32 * 32, 1280]
    print(f"held-out accuracy {accuracy:.4f}, "
          f"ternary MACs {(macs[1] + macs[2]) / sum(macs):.3f}")
    write_onnx(HERE / "model.onnx", params, scales)
    np.savez_compressed(HERE / "inputs.npz", image=held_out)
    np.savez_compressed(HERE / "outputs.npz", logits=logits)
    np.save(HERE / "labels.npy", held_out_labels.astype(np.int64))


if __name__ == "__main__":
    main_float() if "--float" in sys.argv[1:] else main()
