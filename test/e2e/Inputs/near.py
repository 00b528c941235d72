"""usage: near.py GOT.npz EXPECTED.npz BOUND: every array of the second file is in
the first, nearer than BOUND (of the norm of the difference to that of the array)."""
import sys

import numpy as np

got, expected = np.load(sys.argv[1]), np.load(sys.argv[2])
for name in expected.files:
    a, b = got[name].astype(np.float64), expected[name]
    error = np.linalg.norm(a - b) / np.linalg.norm(b)
    print(f"{name}: {error:.3g}")
    if not error < float(sys.argv[3]):
        sys.exit(f"expected less than {sys.argv[3]}")
