"""Makes an ONNX model with the architecture of BitNet b1.58 2B4T and random weights.

usage: make.py FOLDER [--layers=30] [--hidden=2560] [--inner=6912] [--heads=20]
               [--kv-heads=5] [--vocabulary=128256] [--context=4096] [--seed=1]

FOLDER gets model.onnx and model.data (the weights), and for models of up to 4 layers
prefill/ and decode/, each with inputs.npz and outputs.npz: two steps, and the logits that
numpy computes here in double precision from the same integers; and tokens.txt, a prompt and,
in the second line, the tokens that numpy goes on with (always the likeliest).

A layer is: root-mean-square norm, ternary query, key and value, rotary positions, causal
attention with grouped heads, a norm, a ternary output product; norm, ternary gate and up,
relu(gate)^2 * up, a norm, a ternary down product. The embedding, int8 with a scale a row, is
the output head, too. Ternary weights are INT2 DequantizeLinear; the activations of a ternary
product go through the pattern that exporters write: absolute maximum of a token, round, clip.

inputs    input_ids       [1, S]   the new tokens
          past_length     [1]      how many the caches hold already
          attention_mask  [1, P]   1 where a position may be seen; P is how far back a step
                                   looks: at least past_length + S, at most the context
          past.I.key, past.I.value [1, kv-heads, context, head]   f16
outputs   logits [1, 1, vocabulary] of the last token; present.I.key, present.I.value: the
          caches with the new tokens, in place
"""
import argparse
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper

EPSILON = 1e-5
THETA = 500000.0
SMALLEST = 1e-5  # of an absolute maximum


class File:
    """model.data: initializers one after the other."""

    def __init__(self, path):
        self.path, self.file, self.end = path, open(path, "wb"), 0

    def add(self, name, kind, shape, data):
        pad = -self.end % 64
        self.file.write(b"\0" * pad)
        tensor = TensorProto(name=name, data_type=kind, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", self.path.name), ("offset", self.end + pad),
                           ("length", len(data))):
            tensor.external_data.add(key=key, value=str(value))
        self.file.write(data)
        self.end += pad + len(data)
        return tensor


class Graph:
    def __init__(self, path):
        self.nodes, self.initializers, self.file, self.known = [], [], File(path), set()

    def node(self, op, inputs, name, results=None, **attributes):
        results = results or [name]
        self.nodes.append(helper.make_node(op, inputs, results, name=name, **attributes))
        return results[0]

    def constant(self, name, array):
        """An initializer; known by its name."""
        array = np.asarray(array)
        if name not in self.known:
            kind = helper.np_dtype_to_tensor_dtype(array.dtype)
            self.initializers.append(self.file.add(name, kind, array.shape, array.tobytes()))
            self.known.add(name)
        return name

    def ternary(self, name, codes):
        """INT2: four codes a byte, the first one lowest."""
        fields = (codes.reshape(-1, 4) & 3).astype(np.uint8)
        packed = fields[:, 0] | fields[:, 1] << 2 | fields[:, 2] << 4 | fields[:, 3] << 6
        self.initializers.append(
            self.file.add(name, TensorProto.INT2, codes.shape, packed.tobytes()))
        return name


class Model:
    """Builds the graph; keeps the weights of small models for the reference."""

    def __init__(self, sizes, folder):
        self.sizes, self.random = sizes, np.random.default_rng(sizes.seed)
        self.g = Graph(folder / "model.data")
        self.head = sizes.hidden // sizes.heads
        self.weights = {} if sizes.layers <= 4 else None

    def keep(self, name, value):
        if self.weights is not None:
            self.weights[name] = value

    def quantized(self, x, name):
        """The activations' pattern: codes, and what they were multiplied by."""
        g, part = self.g, lambda op, inputs, what, **a: self.g.node(op, inputs, f"{name}.{what}",
                                                                    **a)
        axes = g.constant("last", np.array([-1], np.int64))
        largest = part("ReduceMax", [part("Abs", [x], "abs"), axes], "absmax", keepdims=1)
        floor = part("Clip", [largest, g.constant("smallest", np.float32(SMALLEST))], "floor")
        scale = part("Div", [g.constant("127", np.float32(127)), floor], "scale")
        rounded = part("Round", [part("Mul", [x, scale], "scaled")], "rounded")
        low, high = g.constant("-128", np.float32(-128)), "127"
        return part("Clip", [rounded, low, high], "codes"), scale

    def fake_quantized(self, x, name):
        codes, scale = self.quantized(x, name)
        return self.g.node("Div", [codes, scale], f"{name}.quantized")

    def ternary(self, x, name, inputs, outputs):
        """x (fake quantized) times ternary weights."""
        codes = self.random.integers(-1, 2, (inputs, outputs), dtype=np.int8)
        scale = np.float32(self.random.uniform(0.8, 1.2) * 1.2 / np.sqrt(inputs))
        self.keep(name, (codes, scale))
        self.g.ternary(name + ".weight", codes)
        real = self.g.node("DequantizeLinear",
                           [name + ".weight", self.g.constant(name + ".weight.scale", scale)],
                           name + ".weight.real")
        return self.g.node("MatMul", [x, real], name)

    def norm(self, x, name, size):
        gain = self.random.uniform(0.8, 1.2, size).astype(np.float32)
        self.keep(name, gain)
        return self.g.node("RMSNormalization", [x, self.g.constant(name + ".weight", gain)], name,
                           epsilon=EPSILON)

    def heads_of(self, x, name, count):
        shape = self.g.constant(f"heads{count}", np.array([1, -1, count, self.head], np.int64))
        split = self.g.node("Reshape", [x, shape], name + ".split")
        return self.g.node("Transpose", [split], name + ".heads", perm=[0, 2, 1, 3])

    def rotated(self, x, name):
        return self.g.node("RotaryEmbedding", [x, "cosines", "sines", "positions"],
                           name + ".rotated")

    def cached(self, x, layer, what):
        """The first P positions of the cache with x in it, in single precision."""
        g, name = self.g, f"{layer}.{what}"
        half = g.node("Cast", [x], f"{name}.half", to=TensorProto.FLOAT16)
        present = g.node("TensorScatter", [f"past.{name}", half, "past_length"],
                         f"present.{name}", axis=2)
        seen = g.node("Slice", [present, g.constant("zero", np.array([0], np.int64)), "reach",
                                g.constant("two", np.array([2], np.int64))], f"{name}.seen")
        return g.node("Cast", [seen], f"{name}.wide", to=TensorProto.FLOAT)

    def attention(self, x, layer):
        g, s = self.g, self.sizes
        quantized = self.fake_quantized(x, f"{layer}.attention.input")
        project = lambda what, count: self.ternary(quantized, f"{layer}.{what}", s.hidden,
                                                   count * self.head)
        query = self.rotated(self.heads_of(project("query", s.heads), f"{layer}.query", s.heads),
                             f"{layer}.query")
        key = self.rotated(self.heads_of(project("key", s.kv_heads), f"{layer}.key", s.kv_heads),
                           f"{layer}.key")
        value = self.heads_of(project("value", s.kv_heads), f"{layer}.value", s.kv_heads)
        mixed = g.node("Attention", [query, self.cached(key, layer, "key"),
                                     self.cached(value, layer, "value"), "visible"],
                       f"{layer}.attention")
        tokens = g.node("Transpose", [mixed], f"{layer}.attention.tokens", perm=[0, 2, 1, 3])
        shape = g.constant("flat", np.array([1, -1, s.hidden], np.int64))
        joined = g.node("Reshape", [tokens, shape], f"{layer}.attention.joined")
        normed = self.norm(joined, f"{layer}.attention.norm", s.hidden)
        return self.ternary(self.fake_quantized(normed, f"{layer}.output.input"),
                            f"{layer}.output", s.hidden, s.hidden)

    def feed_forward(self, x, layer):
        g, s = self.g, self.sizes
        quantized = self.fake_quantized(x, f"{layer}.inner.input")
        gate = self.ternary(quantized, f"{layer}.gate", s.hidden, s.inner)
        up = self.ternary(quantized, f"{layer}.up", s.hidden, s.inner)
        positive = g.node("Relu", [gate], f"{layer}.positive")
        squared = g.node("Mul", [positive, positive], f"{layer}.squared")
        normed = self.norm(g.node("Mul", [squared, up], f"{layer}.inner"), f"{layer}.inner.norm",
                           s.inner)
        return self.ternary(self.fake_quantized(normed, f"{layer}.down.input"), f"{layer}.down",
                            s.inner, s.hidden)

    def positions(self):
        """positions [1, S], reach [1] = P, visible [1, 1, S, P]."""
        g, s = self.g, self.sizes
        one = g.constant("one", np.array([1], np.int64))
        all_positions = g.constant("all positions", np.arange(s.context, dtype=np.int64))
        zero = g.constant("zero", np.array([0], np.int64))
        length = g.node("Shape", ["input_ids"], "length", start=1)
        steps = g.node("Slice", [all_positions, zero, length], "steps")
        row = g.node("Add", [steps, "past_length"], "row")
        g.node("Unsqueeze", [row, zero], "positions")
        g.node("Shape", ["attention_mask"], "reach", start=1)
        keys = g.node("Slice", [all_positions, zero, "reach"], "keys")
        before = g.node("LessOrEqual", [keys, g.node("Unsqueeze", [row, one], "column")], "before")
        allowed = g.node("Cast", ["attention_mask"], "allowed", to=TensorProto.BOOL)
        both = g.node("And", [before, allowed], "both")
        g.node("Unsqueeze", [both, g.constant("front", np.array([0, 1], np.int64))], "visible")
        angles = np.outer(np.arange(s.context), THETA ** (-np.arange(0, self.head, 2) / self.head))
        self.keep("angles", angles)
        g.constant("cosines", np.cos(angles).astype(np.float32))
        g.constant("sines", np.sin(angles).astype(np.float32))

    def embedding(self):
        g, s = self.g, self.sizes
        table = self.random.integers(-127, 128, (s.vocabulary, s.hidden), dtype=np.int8)
        scales = self.random.uniform(0.5, 1.5, (s.vocabulary, 1)).astype(np.float32) / 73
        self.keep("embedding", (table, scales))
        g.constant("embedding", table)
        g.constant("embedding.scale", scales)
        codes = g.node("Gather", ["embedding", "input_ids"], "tokens.codes")
        real = g.node("Cast", [codes], "tokens.real", to=TensorProto.FLOAT)
        scale = g.node("Gather", ["embedding.scale", "input_ids"], "tokens.scale")
        return g.node("Mul", [real, scale], "tokens")

    def logits(self, x):
        """Of the last token, by the embedding's codes."""
        g, s = self.g, self.sizes
        minus, end = (g.constant(n, np.array([v], np.int64)) for n, v in
                      (("minus one", -1), ("end", 2 ** 31 - 1)))
        last = g.node("Slice", [x, minus, end, "one"], "last token")
        codes, scale = self.quantized(last, "head.input")
        sums = g.node("MatMulInteger", [g.node("Cast", [codes], "head.codes", to=TensorProto.INT8),
                                        g.node("Transpose", ["embedding"], "head.weight",
                                               perm=[1, 0])], "head.sums")
        row = g.node("Transpose", ["embedding.scale"], "head.scale", perm=[1, 0])
        real = g.node("Mul", [g.node("Cast", [sums], "head.real", to=TensorProto.FLOAT), row],
                      "head.scaled")
        g.node("Div", [real, scale], "logits")

    def build(self, path):
        g, s = self.g, self.sizes
        self.positions()
        x = self.embedding()
        for layer in range(s.layers):
            normed = self.norm(x, f"{layer}.norm", s.hidden)
            x = g.node("Add", [x, self.attention(normed, layer)], f"{layer}.residual")
            normed = self.norm(x, f"{layer}.second norm", s.hidden)
            x = g.node("Add", [x, self.feed_forward(normed, layer)], f"{layer}.result")
        self.logits(self.norm(x, "norm", s.hidden))
        g.file.file.close()
        onnx.save(self.proto(), path)

    def proto(self):
        s, info = self.sizes, helper.make_tensor_value_info
        cache = [1, s.kv_heads, s.context, self.head]
        caches = [f"{layer}.{what}" for layer in range(s.layers) for what in ("key", "value")]
        inputs = [info("input_ids", TensorProto.INT64, [1, "S"]),
                  info("past_length", TensorProto.INT64, [1]),
                  info("attention_mask", TensorProto.INT64, [1, "P"])]
        inputs += [info("past." + name, TensorProto.FLOAT16, cache) for name in caches]
        outputs = [info("logits", TensorProto.FLOAT, [1, 1, s.vocabulary])]
        outputs += [info("present." + name, TensorProto.FLOAT16, cache) for name in caches]
        graph = helper.make_graph(self.g.nodes, "bitnet", inputs, outputs, self.g.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)],
                                 ir_version=13, producer_name="tern-examples")


class Reference:
    """The same in numpy: integers exactly, everything else in double precision."""

    def __init__(self, model):
        self.sizes, self.head, self.weights = model.sizes, model.head, model.weights
        shape = (self.sizes.kv_heads, self.sizes.context, self.head)
        self.caches = {(layer, what): np.zeros(shape, np.float16)
                       for layer in range(self.sizes.layers) for what in ("key", "value")}

    @staticmethod
    def quantized(x):
        scale = 127 / np.maximum(np.abs(x).max(-1, keepdims=True), SMALLEST)
        return np.clip(np.rint(x * scale), -128, 127), scale

    def ternary(self, x, name):
        codes, scale = self.weights[name]
        q, step = self.quantized(x)
        return q @ codes.astype(np.float64) * float(scale) / step

    def norm(self, x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON) * self.weights[name]

    def rotated(self, x, positions):
        angles = self.weights["angles"][positions]
        cosine, sine = (np.asarray(f(angles), np.float32).astype(np.float64)
                        for f in (np.cos, np.sin))
        a, b = np.split(x, 2, axis=-1)
        return np.concatenate([a * cosine - b * sine, b * cosine + a * sine], axis=-1)

    def attention(self, x, layer, past):
        s, count = self.sizes, len(x)
        positions = np.arange(past, past + count)
        split = lambda what, heads: self.ternary(x, f"{layer}.{what}").reshape(
            count, heads, self.head).transpose(1, 0, 2)
        query = self.rotated(split("query", s.heads), positions)
        key = self.rotated(split("key", s.kv_heads), positions)
        for what, fresh in (("key", key), ("value", split("value", s.kv_heads))):
            self.caches[layer, what][:, positions] = fresh.astype(np.float16)
        keys, values = (np.repeat(self.caches[layer, what][:, :past + count].astype(np.float64),
                                  s.heads // s.kv_heads, axis=0) for what in ("key", "value"))
        scores = query @ keys.transpose(0, 2, 1) / np.sqrt(self.head)
        scores[:, np.arange(past + count)[None, :] > positions[:, None]] = -np.inf
        p = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (p / p.sum(-1, keepdims=True)) @ values
        joined = mixed.transpose(1, 0, 2).reshape(count, s.hidden)
        return self.ternary(self.norm(joined, f"{layer}.attention.norm"), f"{layer}.output")

    def logits(self, tokens, past):
        table, scales = self.weights["embedding"]
        x = table[tokens].astype(np.float64) * scales[tokens]
        for layer in range(self.sizes.layers):
            x = x + self.attention(self.norm(x, f"{layer}.norm"), layer, past)
            normed = self.norm(x, f"{layer}.second norm")
            gate = np.maximum(self.ternary(normed, f"{layer}.gate"), 0)
            inner = gate * gate * self.ternary(normed, f"{layer}.up")
            x = x + self.ternary(self.norm(inner, f"{layer}.inner.norm"), f"{layer}.down")
        q, step = self.quantized(self.norm(x[-1:], "norm"))
        return q @ table.T.astype(np.float64) * scales.T / step


def save_examples(model, folder, first=6, reach=16):
    """One step of tokens on empty caches, then one more token on what it left."""
    s, random = model.sizes, np.random.default_rng(model.sizes.seed + 1)
    tokens = random.integers(0, s.vocabulary, first + 1)
    reference = Reference(model)
    cache = (1, s.kv_heads, s.context, model.head)
    names = {key: f"{key[0]}.{key[1]}" for key in reference.caches}
    before = {"past." + name: np.zeros(cache, np.float16) for name in names.values()}
    for step, past, new in (("prefill", 0, tokens[:first]), ("decode", first, tokens[first:])):
        mask = np.ones((1, min(reach, s.context)), np.int64)
        inputs = {"input_ids": new[None], "past_length": np.array([past]), "attention_mask": mask}
        logits = reference.logits(new, past).astype(np.float32)[None]
        present = {f"present.{name}": reference.caches[key][None] for key, name in names.items()}
        (folder / step).mkdir(exist_ok=True)
        np.savez_compressed(folder / step / "inputs.npz", **inputs, **before)
        np.savez_compressed(folder / step / "outputs.npz", logits=logits, **present)
        before = {"past." + name: reference.caches[key][None].copy()
                  for key, name in names.items()}


def save_sequence(model, folder, count=12):
    """A prompt and its greedy continuation."""
    reference, random = Reference(model), np.random.default_rng(model.sizes.seed + 2)
    prompt = [int(token) for token in random.integers(0, model.sizes.vocabulary, 5)]
    waiting, past, added = prompt, 0, []
    for _ in range(count):
        logits = reference.logits(np.array(waiting), past)
        past += len(waiting)
        waiting = [int(logits[0].argmax())]
        added += waiting
    lines = ",".join(map(str, prompt)), " ".join(map(str, added))
    (folder / "tokens.txt").write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    for name, value in (("layers", 30), ("hidden", 2560), ("inner", 6912), ("heads", 20),
                        ("kv-heads", 5), ("vocabulary", 128256), ("context", 4096), ("seed", 1)):
        parser.add_argument("--" + name, type=int, default=value)
    sizes = parser.parse_args()
    if sizes.hidden % (4 * sizes.heads) or sizes.heads % sizes.kv_heads or sizes.inner % 4:
        parser.error("expected a hidden size of heads of a multiple of 4, heads that kv-heads "
                     "divide, and an inner size of a multiple of 4")
    sizes.folder.mkdir(parents=True, exist_ok=True)
    model = Model(sizes, sizes.folder)
    model.build(sizes.folder / "model.onnx")
    if model.weights is not None:
        save_examples(model, sizes.folder)
        save_sequence(model, sizes.folder)


if __name__ == "__main__":
    main()
