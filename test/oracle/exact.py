"""A model that means the same, and that ONNX Runtime computes exactly.

On x86 without VNNI it adds products of uint8 and int8 in pairs in int16, which
saturate; products of uint8 and uint8 do not. So constant int8 weights become
uint8, 128 higher, as do their zero points: the same numbers.
"""
import numpy
import onnx
from onnx import numpy_helper

# Where an operator has its weights and their zero point.
PLACES = {"QLinearConv": (3, 5), "QLinearMatMul": (3, 5), "QGemm": (3, 5),
          "MatMulInteger": (1, 3), "ConvInteger": (1, 3)}


def _raised(array):
    return (array.astype(numpy.int16) + 128).astype(numpy.uint8)


def exact(model):
    """`model`, or a copy of it with its weights raised."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    constants = {i.name: i for i in model.graph.initializer}
    added = {}
    for node in result.graph.node:
        weights, zero = PLACES.get(node.op_type, (0, 0))
        tensor = constants.get(node.input[weights]) if weights else None
        if tensor is None or tensor.data_type != onnx.TensorProto.INT8:
            continue
        node.input.extend([""] * (zero + 1 - len(node.input)))
        name = node.input[zero]
        if name and name not in constants:
            continue
        point = numpy_helper.to_array(constants[name]) if name else numpy.int8(0)
        for index, array in ((weights, numpy_helper.to_array(tensor)), (zero, point)):
            raised = f"{node.input[index] or node.output[0]}_raised{index}"
            added[raised] = numpy_helper.from_array(numpy.asarray(_raised(array)), raised)
            node.input[index] = raised
    result.graph.initializer.extend(added.values())
    return result if added else model
