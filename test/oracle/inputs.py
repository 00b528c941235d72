"""Inputs for models: the data beside them where it fits, else random."""
import numpy
import onnx
from onnx import helper, numpy_helper

# Values of open dimensions where 1 would be no test.
DIMS = {
    "M": 4, "K": 8, "N": 5, "C": 5, "batch": 2, "max_seq_len_in_batch": 8,
    "length": 6, "sequence_len": 3, "past_seq_len + seq_len": 3,
    "past_sequence_len": 0, "sequence": 512, "batch_size": 2,
}


def data_beside(folder, names):
    """Arrays of test_data_set_0 or an .npz, by name; {} where none fit."""
    files = sorted(folder.glob("test_data_set_0/input_*.pb"))
    if len(files) == len(names):
        tensors = [numpy_helper.to_array(onnx.load_tensor(str(f))) for f in files]
        return dict(zip(names, tensors))
    for name in ("inputs.npz", "io.npz"):
        if (folder / name).exists():
            data = dict(numpy.load(folder / name))
            if all(n in data for n in names):
                return {n: data[n] for n in names}
    return {}


def random_input(rng, info):
    """Small numbers of the input's type; scales are positive."""
    tensor = info.type.tensor_type
    dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    shape = [d.dim_value if d.dim_value > 0 else DIMS.get(d.dim_param, 1)
             for d in tensor.shape.dim]
    if dtype.kind == "f":
        if "scale" in info.name:
            return rng.uniform(0.01, 0.1, shape).astype(dtype)
        return rng.standard_normal(shape).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    if dtype.itemsize == 1:
        # Signed codes of 7 bits: without VNNI, ONNX Runtime's sums of products
        # of uint8 and int8 pass through int16 and saturate.
        lower, upper = (-64, 64) if dtype.kind == "i" else (0, 256)
        return rng.integers(lower, upper, shape).astype(dtype)
    return rng.integers(0, 2, shape).astype(dtype)


def inputs_of(model, folder):
    initializers = {i.name for i in model.graph.initializer}
    infos = [i for i in model.graph.input if i.name not in initializers]
    rng = numpy.random.default_rng(7)
    beside = data_beside(folder, [i.name for i in infos])
    return beside or {i.name: random_input(rng, i) for i in infos}
