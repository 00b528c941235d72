"""Checks reports against docs/report.md: every key is documented, layers add up
to totals, components to energies, and intervals hold what they are of."""
import json
import math
import re
import sys

documented = set(re.findall(r"`([a-z_0-9]+)`", open(sys.argv[-1]).read()))


def close(a, b):
    assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-18), (a, b)


def keys(value, free=("level_seconds", "level_bytes", "components")):
    """Keys of objects; those of some are names of the machine."""
    if isinstance(value, list):
        return set().union(*map(keys, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set(value)
    for name, child in value.items():
        if name not in free:
            found |= keys(child)
    return found


def interval(value):
    assert 0 <= value["low"] <= value["joules"] <= value["high"]
    assert 0 <= value["guessed_share"] <= 1
    return value["joules"]


def energy(value):
    close(sum(map(interval, value["components"].values())), value["joules"])
    return interval(value)


def check(report):
    layers = report["layers"]
    close(sum(l["macs"] for l in layers), report["macs"])
    close(sum(p["macs"] for p in report["macs_by_precision"]), report["macs"])
    def total(place, combine):
        times = [l["predicted"]["seconds"] for l in layers
                 if l.get("place", "host") == place]
        return combine(times) if times else 0
    seconds = total("host", sum) + total("device", max)
    if "fpga" in report:
        close(total("device", max), report["fpga"]["seconds_per_inference"])
    close(seconds, report["predicted_seconds"])
    close(sum(energy(l["energy"]) for l in layers), energy(report["energy"]))
    for level, total in report["level_bytes"].items():
        served = (t["read_bytes"] + t["written_bytes"]
                  for l in layers for t in l["traffic"] if t["level"] == level)
        close(sum(served), total)
    for layer in layers:
        p = layer["predicted"]
        if "chosen_seconds" in layer:
            close(layer["chosen_seconds"], p["seconds"])
            if layer["reason"] == "fastest":
                assert layer["chosen_seconds"] <= layer["next_seconds"]
        close(p["memory_seconds"], max(p["level_seconds"].values()))
        close(p["seconds"],
              max(p["compute_seconds"], p["memory_seconds"]) + p["launch_seconds"])
    undocumented = keys(report) - documented
    assert not undocumented, undocumented
    print(f"{report['target']}: {len(layers)} layers")


for path in sys.argv[1:-1]:
    content = json.load(open(path))
    for report in content.get("reports", [content]):
        check(report)
