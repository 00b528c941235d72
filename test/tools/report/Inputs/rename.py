"""Copies a model, giving a layer a name of the same length that is no harmless
HTML: rename.py MODEL OUTPUT."""
import sys

model = open(sys.argv[1], "rb").read()
old, new = b"input.quantize", b"<b>&'\"\xff\x01</b>zz"
assert model.count(old) == 1 and len(old) == len(new)
open(sys.argv[2], "wb").write(model.replace(old, new))
