"""Compares Tern with ONNX Runtime, whose optimizations are off.

usage: ort_test.py TERN [--models FOLDER] [--only TEXT] [--targets host,c] [-v]

Whole models: integers may be off by one code in 0.1 % of the elements, floats by
1e-3 of themselves (plus 1e-5 of the largest). Models with quantized tensors
carry a code that fell on the other side of a rounding through every later layer,
so for them the last layer is only reported; they are judged piece by piece (see
clusters.py), each piece on ONNX Runtime's own inputs: no element off by more than
one code, and over the model at most 0.1 % of them off at all.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import onnx
    import onnxruntime
except ImportError as error:
    print(f"skipped: {error}\n0 passed, 0 failed, 1 skipped")
    sys.exit(77)

from clusters import Graph
from exact import exact
from inputs import inputs_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODES_OFF = 1e-3
RELATIVE, ABSOLUTE = 1e-3, 1e-5


class Skip(Exception):
    pass


class Failure(Exception):
    pass


def run_ort(model, inputs):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 2
    try:
        try:
            session = onnxruntime.InferenceSession(exact(model).SerializeToString(), options)
        except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
            session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        names = [o.name for o in session.get_outputs()]
        return dict(zip(names, session.run(None, inputs)))
    except Exception as error:  # its exceptions have no common base
        raise Skip("ONNX Runtime: " + str(error).split("\n")[0][:90]) from error


def run_tern(tern, path, inputs, target, folder):
    numpy.savez(folder / "in.npz", **inputs)
    command = [tern, "run", str(path), f"--target={target}",
               "--data", str(folder / "in.npz"), "-o", str(folder / "out.npz")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if result.returncode == 1:
        raise Skip("refused: " + reason(result.stderr))
    if result.returncode:
        raise Failure(f"exit {result.returncode}: " + reason(result.stderr))
    return dict(numpy.load(folder / "out.npz"))


def reason(text):
    lines = [line for line in text.splitlines() if "expected" in line or "error" in line]
    return (lines or text.splitlines() or [""])[0][-150:]


class Difference:
    """What was seen of some tensors: how many elements, and how they differ."""

    def __init__(self):
        self.codes = self.off = self.floats = 0
        self.worst_code = 0
        self.worst_float = 0.0
        self.bad = 0

    def add(self, expected, got):
        if expected.shape != got.shape:
            raise Failure(f"expected shape {expected.shape}, but got {got.shape}")
        if expected.dtype.kind in "iub":
            difference = numpy.abs(expected.astype(numpy.int64) - got.astype(numpy.int64))
            self.codes += difference.size
            self.off += int((difference > 0).sum())
            self.worst_code = max(self.worst_code, int(difference.max(initial=0)))
            return
        self.add_floats(expected.astype(numpy.float64), got.astype(numpy.float64))

    def add_floats(self, expected, got):
        self.floats += expected.size
        same = (expected == got) | (numpy.isnan(expected) & numpy.isnan(got))
        difference = numpy.where(same, 0, numpy.abs(expected - got))
        difference = numpy.where(numpy.isnan(difference), numpy.inf, difference)
        finite = numpy.abs(expected[numpy.isfinite(expected)])
        largest = finite.max(initial=0)
        self.bad += int((difference > RELATIVE * numpy.abs(expected)
                         + ABSOLUTE * largest).sum())
        if largest:
            self.worst_float = max(self.worst_float,
                                   float(difference.max(initial=0) / largest))

    def merge(self, other):
        for name in ("codes", "off", "floats", "bad"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.worst_code = max(self.worst_code, other.worst_code)
        self.worst_float = max(self.worst_float, other.worst_float)

    def agrees(self):
        return (self.worst_code <= 1 and self.off <= CODES_OFF * self.codes
                and not self.bad)

    def text(self):
        parts = []
        if self.codes:
            parts.append(f"{self.off} of {self.codes} codes off, worst {self.worst_code}")
        if self.floats:
            parts.append(f"{self.floats} floats, worst {self.worst_float:.1e}")
        return "; ".join(parts)


def compare(expected, got):
    difference = Difference()
    for name, value in expected.items():
        if name not in got:
            raise Failure(f"expected the output {name}, but got {list(got)}")
        difference.add(value, got[name])
    return difference


class Run:
    def __init__(self, options):
        self.options = options
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def row(self, verdict, name, what, text):
        if verdict in self.counts:
            self.counts[verdict] += 1
        print(f"{verdict:8} {name:34} {what:13} {text}", flush=True)

    def model(self, name, path):
        model = onnx.load(str(path))
        try:
            inputs = inputs_of(model, path.parent)
            expected = run_ort(model, inputs)
        except Skip as skip:
            self.row("skipped", name, "whole", str(skip))
            return
        graph = Graph(model)
        for target in self.options.targets.split(","):
            self.whole(name, path, inputs, expected, target, graph.is_quantized())
        if graph.is_quantized():
            self.pieces(name, model, graph, inputs)

    def whole(self, name, path, inputs, expected, target, quantized):
        try:
            difference = compare(expected, run_tern(self.options.tern, path, inputs,
                                                    target, self.folder))
        except Skip as skip:
            self.row("skipped", name, f"whole {target}", str(skip))
        except (Failure, subprocess.TimeoutExpired) as failure:
            self.row("failed", name, f"whole {target}", str(failure))
        else:
            verdict = "passed" if difference.agrees() else "failed"
            if quantized and verdict == "failed":
                verdict = "reported"
            self.row(verdict, name, f"whole {target}", difference.text())

    def pieces(self, name, model, graph, inputs):
        try:
            values = self.all_values(model, graph, inputs)
        except Skip as skip:
            self.row("skipped", name, "pieces", str(skip))
            return
        total, skipped, failures, count = Difference(), {}, [], 0
        for root in graph.roots():
            try:
                found = graph.extract(root, values)
                if found is None:
                    continue
                difference = self.piece(*found)
            except Skip as skip:
                skipped[str(skip)] = skipped.get(str(skip), 0) + 1
                continue
            except (Failure, subprocess.TimeoutExpired) as failure:
                failures.append(f"{root}: {failure}")
                continue
            count += 1
            total.merge(difference)
            if self.options.verbose:
                print(f"  {root}: {difference.text()}")
            if difference.worst_code > 1 or difference.bad:
                failures.append(f"{root}: {difference.text()}")
        agrees = total.agrees() and not failures
        verdict = ("failed" if not agrees else "passed" if count else "skipped")
        self.row(verdict, name, f"{count} pieces", total.text())
        for line in failures[:8] + [f"{n} skipped: {why}" for why, n in skipped.items()]:
            print(f"         {line}")

    def all_values(self, model, graph, inputs):
        """Every tensor that depends on the inputs, as ONNX Runtime computes it."""
        everything = onnx.ModelProto()
        everything.CopyFrom(model)
        named = {o.name for o in model.graph.output}
        everything.graph.output.extend(
            onnx.ValueInfoProto(name=n) for n in graph.computed() if n and n not in named)
        return {**inputs, **run_ort(everything, inputs)}

    def piece(self, model, inputs, expected):
        path = self.folder / "piece.onnx"
        onnx.save(model, str(path))
        # What a piece computes on its own is what it computed inside the model.
        alone = run_ort(model, inputs)
        for name, value in expected.items():
            if not numpy.array_equal(alone[name], value, equal_nan=value.dtype.kind == "f"):
                raise Skip("ONNX Runtime: another value alone than inside the model")
        got = run_tern(self.options.tern, path, inputs, "host", self.folder)
        return compare(expected, got)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tern")
    parser.add_argument("--models", type=pathlib.Path,
                        default=ROOT.parent / "shared" / "models")
    parser.add_argument("--only", default="", help="models whose name has this text")
    parser.add_argument("--targets", default="host,c")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    run = Run(options)
    models = [ROOT / "examples" / "digits" / "model.onnx"]
    models += sorted(options.models.glob("*/model.onnx"))
    if not options.models.is_dir():
        run.row("skipped", "models", "", f"no folder {options.models}")
    for path in models:
        if options.only in path.parent.name:
            run.model(path.parent.name, path)
    counts = run.counts
    print(", ".join(f"{counts[kind]} {kind}" for kind in counts))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
