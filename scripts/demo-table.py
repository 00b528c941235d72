"""The last table of scripts/demo.sh: how the model does on every target.

usage: demo-table.py FOLDER TARGET...

FOLDER has all/TARGET/, what `tern compile` wrote for one picture, and
TARGET-verify.log, what `tern verify` said of all pictures. Exits with 1 unless every
target has the reference's bits.
"""
import json
import pathlib
import re
import sys

UNITS = [(1, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p")]


def with_unit(value, unit):
    scale, prefix = next((u for u in UNITS if value >= u[0]), UNITS[-1])
    return f"{value / scale:.3g} {prefix}{unit}"


def agreement(log):
    """(values with the reference's bits, values, outputs that differ)."""
    same, total = map(int, re.search(r"(\d+) of (\d+) values have", log).groups())
    differ = sum(map(int, re.findall(r"elements, (\d+) differ", log)))
    return same, total, differ


def main():
    folder, targets = pathlib.Path(sys.argv[1]), sys.argv[2:]
    exact = True
    print(f"{'target':8} {'values exact':>12} {'wrong outputs':>14} {'time':>9} "
          f"{'energy (interval)':>31} {'weights':>8}  files")
    for target in targets:
        report = json.loads((folder / "all" / target / "report.json").read_text())
        same, total, differ = agreement((folder / f"{target}-verify.log").read_text())
        exact &= same == total and differ == 0
        energy = report.get("energy")
        joules = "unknown"
        if energy:
            joules = (f"{with_unit(energy['joules'], 'J')} ({with_unit(energy['low'], 'J')} to "
                      f"{with_unit(energy['high'], 'J')})")
        files = sorted(f.name for f in (folder / "all" / target).iterdir())
        shown = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        print(f"{target:8} {f'{same} of {total}':>12} {differ:>14} "
              f"{with_unit(report['predicted_seconds'], 's'):>9} {joules:>31} "
              f"{report['weights_bytes']:>7}B  {shown}")
    print("Time and energy are predicted for one picture; `tern report` says how.")
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
