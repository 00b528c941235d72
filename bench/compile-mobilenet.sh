#!/usr/bin/env bash
# Time and memory of compiling MobileNetV2 (quantized, 3.6 MB) for this machine,
# beside their limits: 10 s and 500 MB. Exits with 77 (skipped) without the model.
# usage: compile-mobilenet.sh [TERN] [MODEL]
#
# The time is of whole processes, after one to warm the file cache; the median
# counts. Memory is the peak of what the process has for itself (RssAnon and
# RssShmem of /proc/PID/status, sampled each millisecond): pages mapped from
# files, as LLVM's code and the model's weights, are the kernel's to drop and to
# share, so they do not count. The peak with them is printed beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
tern=${1:-build/bin/tern}
model=${2:-../shared/models/mobilenetv2_qdq/model.onnx}
if [ ! -f "$model" ]; then
  echo "skipped: there is no $model"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

scripts/python.sh - 5 "$tern" compile "$model" --target=host -o "$folder" <<'PY'
import os, re, statistics, subprocess, sys, time

LIMIT_SECONDS, LIMIT_MB = 10, 500
repeats, command = int(sys.argv[1]), sys.argv[2:]


def own_kb(pid):
    """What the process has for itself now; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/status") as status:
            found = re.findall(r"Rss(?:Anon|Shmem):\s+(\d+) kB", status.read())
    except OSError:
        return 0
    return sum(map(int, found))


def once(sample):
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while sample:
        peak = max(peak, own_kb(process.pid))
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        time.sleep(0.001)
    else:
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return time.perf_counter() - start, peak / 1e3, usage.ru_maxrss / 1e3


_, own, everything = once(sample=True)
times = [once(sample=False)[0] for _ in range(repeats)]
seconds = statistics.median(times)
print(f"time    {seconds:6.2f} s   limit {LIMIT_SECONDS} s   "
      f"({min(times):.2f} to {max(times):.2f} over {repeats} runs)")
print(f"memory  {own:6.0f} MB  limit {LIMIT_MB} MB  ({everything:.0f} MB with mapped files)")
sys.exit(0 if seconds <= LIMIT_SECONDS and own <= LIMIT_MB else 1)
PY
