#!/usr/bin/env python3
"""How long a model takes to open, and how much memory it needs, beside onnxruntime and OpenVINO.

    python3 Tests/Peers/open_times.py models-yaml/gelan-t.yaml models-yaml/gelan-c.yaml

Needs onnxruntime and openvino (pip install onnxruntime openvino) and `make build`. Weights are random; the peers get the
same graph by way of `gelan export onnx`. Every opening happens in a process of its own, the engines take turns, and the
median of the rounds is printed, so that what else the machine does falls on all alike. Files are in the page cache.

open  from the file's name to a session that can run: for gelan opening the plan and a session, for onnxruntime an
      InferenceSession, for OpenVINO read_model and compile_model at f32. Starting Python and loading libraries is not in it.
peak  the most memory that the process has had after one run of one image; in brackets what it had before opening.
"""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ENGINES = ["gelan", "gelan fp16", "onnxruntime", "OpenVINO"]


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def open_peer(engine, path, size, threads):
    """Opens a model in this process and prints what that took."""
    import numpy

    image = numpy.zeros((1, 3, size, size), numpy.float32)
    if engine == "onnxruntime":
        import onnxruntime

        before = peak()
        start = time.perf_counter()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        seconds = time.perf_counter() - start
        session.run(None, {"images": image})
    else:
        import openvino

        core = openvino.Core()
        core.get_property("CPU", "FULL_DEVICE_NAME")  # loads the plugin
        before = peak()
        start = time.perf_counter()
        hints = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        model = core.compile_model(core.read_model(path), "CPU", hints)
        seconds = time.perf_counter() - start
        model([image])
    print(json.dumps({"milliseconds": seconds * 1e3, "before": before, "peak": peak()}))


def measure(engine, files, arguments):
    """Opens a model once, in a new process."""
    if engine.startswith("gelan"):
        command = [arguments.gelan, "bench", files[engine], "--repeat", "1", "--json", "--threads", str(arguments.threads)]
        result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return {"milliseconds": result["loadMilliseconds"], "before": 0, "peak": result["peakResidentBytes"]}
    command = [sys.executable, __file__, "--child", engine, files[engine], "--threads", str(arguments.threads)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1])


def compile_model(model, folder, arguments):
    """The files that each engine opens."""
    base = str(pathlib.Path(folder) / pathlib.Path(model).stem)

    def gelan(*words):
        subprocess.run([arguments.gelan, *words], check=True, capture_output=True)

    gelan("compile", model, "--random-weights", "3", "-o", base + ".plan")
    gelan("compile", model, "--random-weights", "3", "--weights-type", "fp16", "-o", base + "-fp16.plan")
    exporter = arguments.exporter or arguments.gelan
    plan = base + ".plan"
    subprocess.run([exporter, "export", "onnx", plan, "-o", base + ".onnx"], check=True, capture_output=True)
    return {
        "gelan": plan, "gelan fp16": base + "-fp16.plan", "onnxruntime": base + ".onnx", "OpenVINO": base + ".onnx",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--gelan", default=".build/release/gelan", help="the program to measure")
    parser.add_argument("--exporter", help="another gelan that writes the ONNX files")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--child", choices=["onnxruntime", "OpenVINO"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        return open_peer(arguments.child, arguments.models[0], 640, arguments.threads)

    print("| model | engine | file, MB | open, ms (least) | peak, MiB (before) |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for model in arguments.models:
            files = compile_model(model, folder, arguments)
            results = {engine: [] for engine in ENGINES}
            for _ in range(arguments.rounds):
                for engine in ENGINES:
                    results[engine].append(measure(engine, files, arguments))
            for engine in ENGINES:
                times = [result["milliseconds"] for result in results[engine]]
                memory = statistics.median(result["peak"] for result in results[engine]) / 2**20
                before = statistics.median(result["before"] for result in results[engine]) / 2**20
                size = pathlib.Path(files[engine]).stat().st_size / 1e6
                print(
                    f"| {pathlib.Path(model).stem} | {engine} | {size:.1f} | {statistics.median(times):.1f} "
                    f"({min(times):.1f}) | {memory:.0f}{f' ({before:.0f})' if before else ''} |"
                )


if __name__ == "__main__":
    main()
