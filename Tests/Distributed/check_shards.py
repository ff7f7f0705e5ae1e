"""Checks that parts on two workers give what one call gives, though a worker is killed in the middle.

    make check-shards
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

from dask.distributed import Client, LocalCluster

import detect_shards

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures"
SHARDS = 5
IMAGES = 120


def results(text):
    """The results by image, without their times; no image may come twice."""
    lines = [json.loads(line) for line in text.splitlines()]
    found = {line["image"]: (line["width"], line["height"], line["detections"]) for line in lines}
    assert len(found) == len(lines), "an image came twice"
    return found


def kill_a_worker(client, folder, log):
    """Waits until the first part has some lines, and kills the worker that it runs on."""
    part = folder / f"1-of-{SHARDS}.jsonl"
    while not part.exists() or part.read_bytes().count(b"\n") < 3:
        time.sleep(0.01)
    pids = client.run(os.getpid)
    busy = [address for address, keys in client.processing().items() if "part-1" in map(str, keys)]
    os.kill(pids[busy[0]], signal.SIGKILL)
    log.append(part.read_bytes().count(b"\n"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gelan", required=True)
    gelan = str(pathlib.Path(parser.parse_args().gelan).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        plan, photos, output = folder / "m.plan", folder / "photos", folder / "out.jsonl"
        photos.mkdir()
        for index in range(IMAGES):
            os.symlink(FIXTURES / "images/street.png", photos / f"{index:03}.png")
        model = FIXTURES / "golden/mini-c"
        subprocess.run(
            [gelan, "compile", f"{model}.yaml", "--weights", f"{model}.weights.safetensors", "-o", plan],
            check=True, capture_output=True)
        # One thread each, so that results do not depend on how many images a part has.
        command = [gelan, "detect", str(plan), str(photos), "--conf", "0.0001", "--max-detections", "5", "--threads", "1"]
        alone = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True)
        expected = results(alone.stdout)
        assert len(expected) == IMAGES

        lines_when_killed = []
        cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
        with cluster, Client(cluster) as client:
            killer = threading.Thread(
                target=kill_a_worker, args=(client, pathlib.Path(f"{output}.parts"), lines_when_killed), daemon=True)
            killer.start()
            said = dict(detect_shards.detect(client, command, output, SHARDS))
            killer.join(timeout=10)
        found = results(output.read_text())
        assert lines_when_killed, "no worker was killed"
        assert "done already" in said[1], "the lost part was not continued"
        assert found == expected, "the parts differ from the whole"
        print(f"a worker was killed after {lines_when_killed[0]} images of its part; then: {said[1].strip()}")
        print(f"{len(found)} images in {SHARDS} parts on 2 workers: as in one call")


if __name__ == "__main__":
    main()
