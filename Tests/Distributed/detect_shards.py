"""Runs the parts of `gelan detect --shard` on the workers of a Dask cluster, and puts their results together.

    python3 detect_shards.py my.plan photos -o photos.jsonl --shards 32 --scheduler tcp://10.0.0.1:8786

Every worker must see the plan, the inputs and the folder of the output under the same paths. Without --scheduler the
parts run on two processes of this machine. Needs `pip install distributed`.

A part is a task. When a worker is lost, Dask gives its tasks to another one, and --resume keeps what the lost one had
written: a part is a file that grows by whole lines, and gelan locks it.
"""

import argparse
import ctypes
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from dask.distributed import Client, LocalCluster, as_completed


def die_with_parent():
    """Lets the system end this process with the worker that started it, so that it never outlives its task."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def detect_part(command, part, number, count):
    """Does one part; returns what gelan said, such as which images cannot be read.

    Raises when nothing came of the part: Dask tries again, perhaps on another worker.
    """
    words = [*command, "--shard", f"{number}/{count}", "--format", "jsonl", "--output", part, "--resume"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, preexec_fn=die_with_parent)
    # 3: some images cannot be read, which another try would not change. That the file itself cannot be written, or
    # that the process of a lost worker has not let go of it yet, is 3 too, and then the messages name it.
    if done.returncode not in (0, 3) or part in done.stderr:
        time.sleep(1)
        raise RuntimeError(f"part {number} of {count}: status {done.returncode}: {done.stderr.strip()}")
    return done.stderr


def detect(client, command, output, shards):
    """Does all parts and writes the joined results; yields the number of each part and what gelan said about it."""
    folder = pathlib.Path(f"{output}.parts")
    folder.mkdir(exist_ok=True)
    parts = [str(folder / f"{number}-of-{shards}.jsonl") for number in range(1, shards + 1)]
    tasks = {
        client.submit(detect_part, command, part, number, shards, key=f"part-{number}", pure=False, retries=5): number
        for number, part in enumerate(parts, 1)
    }
    for task, said in as_completed(tasks, with_results=True):
        yield tasks[task], said
    # The output appears when it is complete.
    partial = pathlib.Path(f"{output}.partial")
    with partial.open("wb") as joined:
        for part in parts:
            with open(part, "rb") as lines:
                shutil.copyfileobj(lines, joined)
    partial.replace(output)
    shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan")
    parser.add_argument("inputs", nargs="+", help="images, folders, quoted patterns")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--gelan", default="gelan", help="the executable, on every worker")
    parser.add_argument("--shards", type=int, default=8, help="parts; some for each worker even out their speeds")
    parser.add_argument("--scheduler", help="the address of a running cluster")
    arguments = parser.parse_args()
    command = [arguments.gelan, "detect", arguments.plan, *arguments.inputs]
    cluster = arguments.scheduler or LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client:
        for count, (number, said) in enumerate(detect(client, command, arguments.output, arguments.shards), 1):
            print(f"part {number} is done, {count} of {arguments.shards}", file=sys.stderr)
            sys.stderr.write(said)


if __name__ == "__main__":
    main()
