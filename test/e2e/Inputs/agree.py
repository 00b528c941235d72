"""usage: agree.py MODEL...: verifies each model on every kind of target, all of whose
values must have the reference's bits. Ends with "P passed, F failed"."""
import re
import subprocess
import sys

TARGETS = "host", "rvv256", "c", "h200", "zu7ev"

passed = failed = 0
for model in sys.argv[1:]:
    for target in TARGETS:
        run = subprocess.run(["tern", "verify", model, f"--target={target}"],
                             capture_output=True, text=True)
        counts = re.search(r"(\d+) of (\d+) values have", run.stdout)
        exact = counts and counts[1] == counts[2] and run.returncode == 0
        passed, failed = passed + bool(exact), failed + (not exact)
        print("exact" if exact else "DIFFERS", target, model,
              "" if exact else run.stdout[-300:] + run.stderr[-300:])
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
