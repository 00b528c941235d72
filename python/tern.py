"""Runs models compiled by Tern on numpy arrays.

    import numpy, tern
    model = tern.Model.load("out", threads=2)   # the folder `tern compile -o out` wrote
    outputs = model.run({"image": image})       # name -> array, as the model names them

`load` takes a folder, a static library (lib<name>.a), printed C (<name>.c) or a
shared object; the weights file <name>.weights lies beside it. ctypes can only
open shared objects, so the first two are linked into one by the system's C
compiler (CC, else cc) in a temporary folder, at every load; keep a shared
object where that is too slow. The library must be one for this machine.

Arrays have exactly the element types and shapes of the model; nothing is
converted. Elements that numpy has no type for (bfloat16, float8, float4) are
their bits as uint16 or uint8; int4, uint4, int2 and uint2 take a byte each.
"""
import concurrent.futures
import contextlib
import ctypes
import os
import pathlib
import re
import subprocess
import tempfile

import numpy

_ABI_VERSION = 2
_ALIGNMENT = 64
_MEMORY_HOST = 0
_ERRORS = {
    1: "the weights file belongs to another model",
    2: "there is no such entry",
    3: "a null or misaligned pointer",
    4: "the GPU has no memory left, or failed",
}
_DTYPES = {
    "bool": numpy.bool_, "int8": numpy.int8, "uint8": numpy.uint8,
    "int2": numpy.int8, "uint2": numpy.uint8, "int4": numpy.int8,
    "uint4": numpy.uint8, "int16": numpy.int16, "uint16": numpy.uint16,
    "int32": numpy.int32, "uint32": numpy.uint32, "int64": numpy.int64,
    "uint64": numpy.uint64, "float16": numpy.float16, "float": numpy.float32,
    "double": numpy.float64, "bfloat16": numpy.uint16,
    "float8e4m3fn": numpy.uint8, "float8e4m3fnuz": numpy.uint8,
    "float8e5m2": numpy.uint8, "float8e5m2fnuz": numpy.uint8,
    "float8e8m0": numpy.uint8, "float4e2m1": numpy.uint8,
}


class Error(Exception):
    """A model that cannot be loaded, or arrays that do not fit it."""


# include/tern/runtime.h, structure by structure.
_KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
_PARALLEL_FOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64,
                                 ctypes.c_void_p, ctypes.c_void_p)


class _Tensor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("dtype", ctypes.c_char_p),
                ("rank", ctypes.c_uint32), ("alias", ctypes.c_int32),
                ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("bytes", ctypes.c_uint64)]


class _Entry(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("num_inputs", ctypes.c_uint32),
                ("num_outputs", ctypes.c_uint32),
                ("inputs", ctypes.POINTER(_Tensor)),
                ("outputs", ctypes.POINTER(_Tensor)),
                ("workspace_bytes", ctypes.c_uint64)]


class _Info(ctypes.Structure):
    _fields_ = [("abi_version", ctypes.c_uint32),
                ("num_entries", ctypes.c_uint32), ("model", ctypes.c_char_p),
                ("target", ctypes.c_char_p), ("context_bytes", ctypes.c_uint64),
                ("weights_bytes", ctypes.c_uint64),
                ("weights_hash", ctypes.c_uint64),
                ("entries", ctypes.POINTER(_Entry)),
                ("memory", ctypes.c_uint32)]


class _Execution(ctypes.Structure):
    _fields_ = [("parallel_for", _PARALLEL_FOR), ("user", ctypes.c_void_p),
                ("stream", ctypes.c_void_p)]


_INIT = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p,
                         ctypes.c_uint64)
_RUN = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint32,
                        ctypes.POINTER(ctypes.c_void_p),
                        ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p,
                        ctypes.POINTER(_Execution))
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Model(ctypes.Structure):
    _fields_ = [("info", ctypes.POINTER(_Info)), ("init", _INIT), ("run", _RUN),
                ("release", _RELEASE)]


def _aligned(nbytes):
    """Zeroed bytes at an address that the ABI takes."""
    whole = numpy.zeros(int(nbytes) + _ALIGNMENT, numpy.uint8)
    start = -whole.ctypes.data % _ALIGNMENT
    return whole[start:start + int(nbytes)]


class Tensor:
    """An input or output: name, ONNX's name of the element type, shape."""

    def __init__(self, raw):
        self.name = raw.name.decode()
        self.onnx_type = raw.dtype.decode()
        if self.onnx_type not in _DTYPES:
            raise Error(f"'{self.name}': expected a known element type, "
                        f"but got {self.onnx_type}")
        self.dtype = numpy.dtype(_DTYPES[self.onnx_type])
        self.shape = tuple(raw.shape[i] for i in range(raw.rank))
        self.nbytes = raw.bytes
        self.alias = raw.alias

    def mismatch(self, array):
        """Why `array` is not one of this tensor, or None."""
        if array.dtype != self.dtype:
            return (f"'{self.name}': expected {self.dtype} ({self.onnx_type}), "
                    f"but got {array.dtype}")
        if array.shape != self.shape:
            return (f"'{self.name}': expected shape {list(self.shape)}, "
                    f"but got {list(array.shape)}")
        return None

    def __repr__(self):
        return f"{self.name}: {self.onnx_type}{list(self.shape)}"


class Entry:
    """One set of shapes that the model was compiled for."""

    def __init__(self, index, raw):
        self.index = index
        self.name = raw.name.decode()
        self.inputs = [Tensor(raw.inputs[i]) for i in range(raw.num_inputs)]
        self.outputs = [Tensor(raw.outputs[i]) for i in range(raw.num_outputs)]
        self.workspace_bytes = raw.workspace_bytes

    def mismatch(self, arrays):
        """Why `arrays` are not this entry's inputs, or None."""
        names = [tensor.name for tensor in self.inputs]
        missing = [name for name in names if name not in arrays]
        unknown = [name for name in arrays if name not in names]
        if missing or unknown:
            return f"expected the inputs {names}, but got {list(arrays)}"
        reasons = (tensor.mismatch(arrays[tensor.name]) for tensor in self.inputs)
        return next(filter(None, reasons), None)

    def __repr__(self):
        return f"{self.name}({self.inputs}) -> {self.outputs}"


def _find_library(path):
    """The one library in a folder; a shared object before what needs linking."""
    for pattern in ("*.so", "lib*.a", "*.c"):
        found = sorted(path.glob(pattern))
        if len(found) > 1:
            raise Error(f"{path}: expected one library, but got "
                        f"{[file.name for file in found]}; give its path")
        if found:
            return found[0]
    raise Error(f"{path}: expected a compiled model (lib<name>.a, <name>.c or a "
                "shared object), but found none")


def _link(library, folder):
    """A shared object of a static library or of printed C, in `folder`."""
    shared = pathlib.Path(folder) / "model.so"
    source = ["-O2", "-std=c11", str(library)]
    archive = ["-Wl,--whole-archive", str(library), "-Wl,--no-whole-archive"]
    command = [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", str(shared),
               *(source if library.suffix == ".c" else archive), "-lm"]
    try:
        result = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise Error(f"{library}: no C compiler to link it: {error}") from error
    if result.returncode:
        raise Error(f"{library}: expected a library for this machine, but it "
                    f"does not link:\n{result.stderr}")
    return shared


def _symbol_of(shared):
    """The one symbol a compiled model exports, from the object's strings."""
    found = set(re.findall(rb"\0(tern_\w+_model)(?=\0)", shared.read_bytes()))
    if len(found) != 1:
        raise Error(f"{shared}: expected one symbol tern_<name>_model, but got "
                    f"{sorted(name.decode() for name in found)}")
    return found.pop().decode()


def _open(shared):
    try:
        return ctypes.CDLL(str(shared))
    except OSError as error:
        raise Error(f"{shared}: expected a library for this machine, "
                    f"but got: {error}") from error


class Model:
    """A compiled model with its weights. `run` may be called from several
    threads at once; they share the weights and have buffers of their own."""

    def __init__(self, shared, weights, threads=1):
        self._library = _open(shared)
        self._model = _Model.in_dll(self._library, _symbol_of(shared))
        info = self._model.info.contents
        if info.abi_version != _ABI_VERSION:
            raise Error(f"{shared}: expected ABI version {_ABI_VERSION}, but "
                        f"got {info.abi_version}")
        self.name = info.model.decode()
        self.target = info.target.decode()
        self.entries = [Entry(i, info.entries[i]) for i in range(info.num_entries)]
        self._init(pathlib.Path(weights), info)
        self._pool = None
        self.threads = max(1, int(threads))
        if self.threads > 1:
            self._pool = concurrent.futures.ThreadPoolExecutor(self.threads - 1)

    def __del__(self):
        if getattr(self, "_ready", False) and self._model.release:
            self._model.release(self._context.ctypes.data)

    def _init(self, path, info):
        try:
            data = numpy.fromfile(path, numpy.uint8)
        except OSError as error:
            raise Error(f"{path}: the weights cannot be read: {error}") from error
        self._weights = _aligned(data.size)
        self._weights[:] = data
        self._context = _aligned(info.context_bytes)
        code = self._model.init(self._context.ctypes.data,
                                self._weights.ctypes.data, data.size)
        if code:
            raise Error(f"{path}: {_ERRORS.get(code, code)}")
        self._ready = True

    @staticmethod
    def load(path, weights=None, threads=1):
        """A model from a folder or library; `weights` where they lie elsewhere."""
        path = pathlib.Path(path)
        if not path.exists():
            raise Error(f"{path}: no such file or folder")
        library = _find_library(path) if path.is_dir() else path
        if weights is None:
            stem = library.stem
            candidates = [library.with_name(stem + ".weights")]
            if stem.startswith("lib"):
                candidates.insert(0, library.with_name(stem[3:] + ".weights"))
            weights = next(filter(pathlib.Path.exists, candidates), candidates[0])
        if library.suffix not in (".a", ".c"):
            return Model(library, weights, threads)
        # An open library stays mapped when its file is gone.
        with tempfile.TemporaryDirectory(prefix="tern-") as folder:
            return Model(_link(library, folder), weights, threads)

    @property
    def inputs(self):
        return self.entries[0].inputs

    @property
    def outputs(self):
        return self.entries[0].outputs

    def _entry(self, arrays, wanted):
        """The entry asked for, by number or name; else the first that fits."""
        if wanted is not None:
            chosen = [entry for entry in self.entries
                      if wanted in (entry.index, entry.name)]
            if not chosen:
                raise Error(f"{self.name}: expected one of the entries "
                            f"{[e.name for e in self.entries]}, but got {wanted!r}")
        else:
            chosen = self.entries
        reasons = []
        for entry in chosen:
            reason = entry.mismatch(arrays)
            if reason is None:
                return entry
            reasons.append(f"entry {entry.name}: {reason}")
        raise Error(f"{self.name}: " + "; ".join(reasons))

    def _parallel_for(self, _, trip, kernel, buffers):
        """One part for every thread; the caller's does the first."""
        run = _KERNEL(kernel)
        parts = min(self.threads, trip)
        bounds = [trip * i // parts for i in range(parts + 1)] if parts else [0]
        others = [self._pool.submit(run, lo, hi, buffers)
                  for lo, hi in zip(bounds[1:], bounds[2:])]
        if parts:
            run(bounds[0], bounds[1], buffers)
        for other in others:
            other.result()

    @contextlib.contextmanager
    def _thread_table(self):
        if self._pool is None:
            yield None
            return
        callback = _PARALLEL_FOR(self._parallel_for)
        yield ctypes.byref(_Execution(callback, None, None))

    def run(self, arrays, entry=None):
        """Runs an entry (by number or name; else the first whose inputs fit) on
        a dict of arrays; gives a dict of new arrays."""
        arrays = {name: numpy.asarray(array) for name, array in arrays.items()}
        chosen = self._entry(arrays, entry)
        inputs = []
        for tensor in chosen.inputs:
            inputs.append(_aligned(tensor.nbytes))
            data = numpy.ascontiguousarray(arrays[tensor.name])
            inputs[-1][:] = data.reshape(-1).view(numpy.uint8)
        outputs = [inputs[t.alias] if t.alias >= 0 else _aligned(t.nbytes)
                   for t in chosen.outputs]
        # A model on a GPU has a workspace of its own there.
        on_device = self._model.info.contents.memory != _MEMORY_HOST
        workspace = None
        if not on_device:
            workspace = _aligned(chosen.workspace_bytes)
        with self._thread_table() as threads:
            code = self._model.run(self._context.ctypes.data, chosen.index,
                                   _pointers(inputs), _pointers(outputs),
                                   None if on_device else workspace.ctypes.data,
                                   threads)
        if code:
            raise Error(f"{self.name}: {_ERRORS.get(code, code)}")
        return {tensor.name: data.view(tensor.dtype).reshape(tensor.shape)
                for tensor, data in zip(chosen.outputs, outputs)}


def _pointers(buffers):
    addresses = [buffer.ctypes.data for buffer in buffers]
    return (ctypes.c_void_p * max(1, len(addresses)))(*addresses)
