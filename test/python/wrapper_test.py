"""python/tern.py on the digits model. usage: wrapper_test.py TERN"""
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
import tern  # noqa: E402

DIGITS = ROOT / "examples" / "digits"
TERN = str(ROOT / "build" / "bin" / "tern")


def compile_digits(folder, *flags):
    subprocess.run([TERN, "compile", str(DIGITS / "model.onnx"), "--name=digits",
                    "-o", str(folder), *flags], check=True, capture_output=True)
    return pathlib.Path(folder)


class Wrapper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = compile_digits(cls.temporary.name, "--dim=batch=4")
        cls.images = numpy.load(DIGITS / "inputs.npz")["image"][:4]
        run = [TERN, "run", str(DIGITS / "model.onnx"), "--dim=batch=4",
               "--data", str(cls.folder / "in.npz"), "-o", str(cls.folder / "out.npz")]
        numpy.savez(cls.folder / "in.npz", image=cls.images)
        subprocess.run(run, check=True, capture_output=True)
        cls.expected = numpy.load(cls.folder / "out.npz")["logits"]
        cls.model = tern.Model.load(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def expect_error(self, message, function, *arguments, **named):
        with self.assertRaises(tern.Error) as caught:
            function(*arguments, **named)
        self.assertIn(message, str(caught.exception))

    def test_describes(self):
        self.assertEqual(self.model.name, "digits")
        [image], [logits] = self.model.inputs, self.model.outputs
        self.assertEqual((image.name, image.shape, image.dtype),
                         ("image", (4, 1, 8, 8), numpy.float32))
        self.assertEqual((logits.name, logits.shape), ("logits", (4, 10)))

    def test_runs_like_tern_run(self):
        result = self.model.run({"image": self.images})
        self.assertEqual(list(result), ["logits"])
        numpy.testing.assert_array_equal(result["logits"], self.expected)

    def test_threads(self):
        model = tern.Model.load(self.folder, threads=3)
        for _ in range(3):
            numpy.testing.assert_array_equal(
                model.run({"image": self.images})["logits"], self.expected)

    def test_concurrent_runs_share_a_model(self):
        results = [None] * 4

        def work(i):
            results[i] = self.model.run({"image": self.images})["logits"]

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in results:
            numpy.testing.assert_array_equal(result, self.expected)

    def test_strided_input(self):
        wide = numpy.zeros((4, 1, 8, 16), numpy.float32)
        wide[..., ::2] = self.images
        result = self.model.run({"image": wide[..., ::2]})
        numpy.testing.assert_array_equal(result["logits"], self.expected)

    def test_library_and_shared_object(self):
        library = self.folder / "libdigits.a"
        shared = tern._link(library, self.folder)
        for path in (library, shared):
            model = tern.Model.load(path, weights=self.folder / "digits.weights")
            numpy.testing.assert_array_equal(
                model.run({"image": self.images})["logits"], self.expected)
        shared.unlink()

    def test_printed_c(self):
        with tempfile.TemporaryDirectory() as folder:
            model = tern.Model.load(compile_digits(folder, "--emit=c",
                                                   "--dim=batch=4"))
        numpy.testing.assert_array_equal(
            model.run({"image": self.images})["logits"], self.expected)

    def test_entries(self):
        for entry in (0, "main"):
            result = self.model.run({"image": self.images}, entry=entry)
            numpy.testing.assert_array_equal(result["logits"], self.expected)
        self.expect_error("expected one of the entries ['main'], but got 'other'",
                          self.model.run, {"image": self.images}, entry="other")

    def test_wrong_arrays(self):
        run = self.model.run
        self.expect_error("expected the inputs ['image'], but got []", run, {})
        self.expect_error("but got ['image', 'mask']", run,
                          {"image": self.images, "mask": self.images})
        self.expect_error("expected float32 (float), but got float64", run,
                          {"image": self.images.astype(numpy.float64)})
        self.expect_error("expected shape [4, 1, 8, 8], but got [3, 1, 8, 8]",
                          run, {"image": self.images[:3]})

    def test_wrong_files(self):
        load = tern.Model.load
        self.expect_error("no such file", load, self.folder / "nothing")
        with tempfile.TemporaryDirectory() as empty:
            self.expect_error("expected a compiled model", load, empty)
        damaged = self.folder / "damaged.weights"
        data = bytearray((self.folder / "digits.weights").read_bytes())
        damaged.write_bytes(data[:-64])
        self.expect_error("belongs to another model", load, self.folder,
                          weights=damaged)
        self.expect_error("cannot be read", load, self.folder,
                          weights=self.folder / "nothing")

    def test_another_machine(self):
        with tempfile.TemporaryDirectory() as folder:
            compile_digits(folder, "--target=rvv256")
            self.expect_error("expected a library for this machine",
                              tern.Model.load, folder)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        TERN = sys.argv.pop(1)
    unittest.main()
