"""Cuts a model into the pieces that quantized values divide it into.

A piece computes one quantized tensor (or an output of the model) from quantized
tensors: a single node of the QOperator form, or DequantizeLinear nodes, what
they feed, and a QuantizeLinear. Given ONNX Runtime's own values at its inputs, a
piece shows a difference where it arises, before later layers carry it on.
"""
import onnx
from onnx import helper

# Integers of these types are codes or sums of codes. Wider ones and bool are
# shapes, indices and conditions: those stay inside a piece.
CODES = {"int8", "uint8", "int16", "uint16", "int32"}
MAX_NODES = 60


def is_quantized_op(node):
    name = node.op_type
    return (name.startswith(("QLinear", "QGemm", "QMoE", "DynamicQuantize"))
            or name in ("MatMulInteger", "ConvInteger", "MatMulNBits"))


def has_subgraph(node):
    return any(a.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS)
               for a in node.attribute)


class Graph:
    """A model's graph, with who makes each tensor and which are constant."""

    def __init__(self, model):
        self.model = model
        self.initializers = {i.name: i for i in model.graph.initializer}
        self.inputs = [i.name for i in model.graph.input
                       if i.name not in self.initializers]
        self.outputs = [o.name for o in model.graph.output]
        self.producers = {}
        self.constant = set(self.initializers) | {""}
        for node in model.graph.node:
            for output in filter(None, node.output):
                self.producers[output] = node
            if all(i in self.constant for i in node.input) and not has_subgraph(node):
                self.constant.update(node.output)

    def computed(self):
        """Every tensor that depends on the inputs, in order."""
        return [output for node in self.model.graph.node
                for output in node.output if output not in self.constant]

    def is_quantized(self):
        return any(is_quantized_op(n) or n.op_type == "QuantizeLinear"
                   for n in self.model.graph.node)

    def roots(self):
        """One tensor of each piece."""
        if not self.is_quantized():
            return []
        roots = [node.output[0] for node in self.model.graph.node
                 if is_quantized_op(node) or node.op_type == "QuantizeLinear"]
        roots += [o for o in self.outputs if o not in roots]
        return [r for r in roots if r in self.producers and r not in self.constant]

    def piece(self, root, values):
        """The nodes that compute `root`, and where they are cut. None when the
        piece is the model, or is no piece: too large, or with control flow."""
        cuts, nodes, stack = [], [], list(self.producers[root].input)
        seen = {id(self.producers[root])}
        nodes.append(self.producers[root])
        single = is_quantized_op(self.producers[root])
        while stack:
            name = stack.pop()
            if not name or name in self.initializers or name in cuts:
                continue
            node = self.producers.get(name)
            if name not in self.constant and (
                    single or node is None or is_quantized_op(node)
                    or str(values[name].dtype) in CODES):
                cuts.append(name)
            elif id(node) not in seen:
                seen.add(id(node))
                nodes.append(node)
                stack += node.input
        if len(nodes) > MAX_NODES or any(map(has_subgraph, nodes)) or not cuts:
            return None
        return nodes, sorted(cuts)

    def extract(self, root, values):
        """A model of the piece, its inputs by name, and the values expected of
        it; None where there is no piece."""
        found = self.piece(root, values)
        if found is None:
            return None
        nodes, cuts = found
        order = {id(n): i for i, n in enumerate(self.model.graph.node)}
        renamed = {name: f"in{i}" for i, name in enumerate(cuts)}
        copies = []
        for node in sorted(nodes, key=lambda n: order[id(n)]):
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = [renamed.get(i, i) for i in node.input]
            copies.append(copy)
        root_node = self.producers[root]
        outputs = [o for o in root_node.output if o in values]
        used = {i for n in copies for i in n.input}
        graph = helper.make_graph(
            copies, "piece",
            [_value_info(renamed[c], values[c]) for c in cuts],
            [_value_info(o, values[o]) for o in outputs],
            [t for name, t in self.initializers.items() if name in used])
        model = helper.make_model(graph, opset_imports=self.model.opset_import,
                                  ir_version=self.model.ir_version)
        return (model, {renamed[c]: values[c] for c in cuts},
                {o: values[o] for o in outputs})


def _value_info(name, value):
    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
