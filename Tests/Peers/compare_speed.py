#!/usr/bin/env python3
"""Compares the speed, start-up time and memory of gelan with those of onnxruntime, OpenVINO and ncnn.

    make bench-peers                                              # five models, 1 and 2 threads; up to half an hour
    .build/peers/bin/python3 Tests/Peers/compare_speed.py models-yaml/gelan-t.yaml --sizes 320,480x640 --batches 1,4

Needs `make build` and, for the engines that are compared, pip install numpy safetensors onnxruntime openvino ncnn pnnx
(`make bench-peers` installs them in .build/peers). Weights are random. The peers get the same graph, without auxiliary
branch and fused, through `gelan export onnx`; ncnn gets it from there through pnnx with fp16=0. All engines compute in
fp32.

Interleaving. The load of a machine changes within minutes, so every engine opens the model in its own process, and the
engines then run in turn, round after round, in alternating order; the others wait, blocked on a pipe. A turn is one run
that is not counted, because the other engines have evicted the caches, and then the counted runs (--inner). Two rounds
precede the counted ones. The ratio to gelan is computed within each round, and the median over the rounds is printed:
above 1, gelan is faster. The next turn starts when the engine's threads sleep. The processor time that waiting engines
use is measured; more than 1 % is reported as an error.

Settings are the best that were found for each engine, with gelan-t on two cores of a Zen 4 machine (see
engine_worker.py):

onnxruntime  Every graph optimisation; input and output bound once. Threads spin within a run (two threads take 9 % longer
             without) and stop at its end (session.force_spinning_stop), which costs nothing and frees the processor for
             the others. Flushing denormals has no effect.
OpenVINO     LATENCY, one stream, INFERENCE_PRECISION_HINT f32, one request with its tensors in place. Pinning is on,
             the default; off makes no difference.
ncnn         Winograd, sgemm and packing on, everything in fp16 and bf16 off, light mode, the pool allocators of its own
             benchmark (no measurable difference). GNU OpenMP's own spinning, which ends soon after a run, is best:
             OMP_WAIT_POLICY passive takes twice as long with two threads, active occupies a core permanently,
             OMP_PROC_BIND and a longer GOMP_SPINCOUNT do not help. A batch is one image after another.

Environment variables that tune a library (OPENBLAS_CORETYPE, OMP_NUM_THREADS and similar) are removed for all engines.

Agreement. All engines get the same image of random squares, and their outputs are compared with those of `gelan run`.
The bounds are 0.01 pixels at 640, proportional to the longer side, and 1e-5 for a probability. They separate rounding
from errors: engines that sum the same products in another order, including ncnn with Winograd, differ by 2e-4 pixels and
2e-7, and OpenVINO in bf16 differs by 1 pixel and 4e-4. Each bound is about 50 times the former and at most a 40th of the
latter. The engines that --bf16 and --fp16-weights add differ by design, and the bounds do not apply to them.

bf16. With --bf16, gelan also runs with --precision bf16, and OpenVINO with the corresponding hint. This is a separate
comparison: the ratio of OpenVINO in bf16 refers to gelan in bf16, and the difference of each from gelan in fp32 is
printed. ncnn has options for bf16 too, with which the boxes of these models are off by hundreds of pixels; onnxruntime
has none on x86.

ready, ms  from starting the process, with its libraries and, for the peers, Python and NumPy, to a model that can run
open, ms   the part of this time that opens the model
first, ms  from starting the process to the end of the first run
peak, MiB  the peak memory after the first run; in brackets that of the process before opening the model

An engine that crashes is reported with its signal, and the others go on. The exit status is 1 if outputs disagree, a
waiting engine was not idle, or gelan itself failed.
"""

import argparse
import contextlib
import dataclasses
import functools
import importlib.metadata
import importlib.util
import itertools
import json
import math
import os
import pathlib
import platform
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import safetensors.numpy

PEERS = ["onnxruntime", "openvino", "ncnn"]
# The engine that is compared with gelan in bf16.
BF16_PEERS = ["openvino-bf16"]
# Engines that compute or store weights in less than fp32.
INFORMATIVE = ["gelan-fp16", "gelan-bf16", *BF16_PEERS]
DEFAULT_MODELS = [f"models-yaml/gelan-{size}.yaml" for size in "tsmce"]

BOX_BOUND = 0.01 / 640  # relative to the longer side
PROBABILITY_BOUND = 1e-5
IDLE_BOUND = 0.01  # relative to the run time of another engine
ROUNDS_BEFORE = 2
TUNING = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "BLIS_", "ONEDNN_", "DNNL_", "OV_", "ORT_")
WORKER = pathlib.Path(__file__).with_name("engine_worker.py")


class EngineFailure(Exception):
    """An engine, or the program that converts a model for it, has crashed or given up."""


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(TUNING)}


def ending(status: int, errors: str) -> str:
    """The description of a process's exit status."""
    if status < 0:
        return f"crashed ({signal.Signals(-status).name})"
    return f"failed ({(errors.strip().splitlines() or [f'status {status}'])[-1]})"


def run_tool(words: list[str], folder: pathlib.Path | None = None) -> str:
    done = subprocess.run(words, capture_output=True, text=True, env=environment(), cwd=folder)
    if done.returncode != 0:
        raise EngineFailure(f"{pathlib.Path(words[0]).name} {ending(done.returncode, done.stderr)}")
    return done.stdout


# Models and files


@dataclasses.dataclass(frozen=True)
class Setting:
    """A setting at which the engines are compared."""

    model: str
    height: int
    width: int
    batch: int
    threads: int

    @property
    def size(self) -> str:
        return f"{self.height}x{self.width}"

    @property
    def name(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.model} at {self.size}, batch {self.batch}, {threads}"


class ModelFiles:
    """A model in the forms that the engines open, each made when it is first asked for."""

    def __init__(self, gelan: str, yaml: str, seed: int, folder: pathlib.Path) -> None:
        self.gelan, self.yaml, self.seed, self.folder = gelan, yaml, seed, folder

    @functools.cache
    def plan(self, weights_type: str, *options: str) -> str:
        path = str(self.folder / f"{weights_type}{''.join(options)}.plan")
        words = ["--random-weights", str(self.seed), "--weights-type", weights_type, *options]
        run_tool([self.gelan, "compile", self.yaml, *words, "-o", path])
        return path

    @functools.cache
    def onnx(self, size: str, batch: int) -> str:
        path = str(self.folder / f"model_{size}_{batch}.onnx")  # pnnx replaces - by _
        words = ["--input", size, "--batch", str(batch), "-o", path]
        run_tool([self.gelan, "export", "onnx", self.plan("fp32", "--portable"), *words])
        return path

    @functools.cache
    def ncnn(self, size: str) -> str:
        """The .param file, with the .bin file beside it."""
        source = self.onnx(size, 1)
        package = importlib.util.find_spec("pnnx")  # importing it would need torch
        if package is None or not package.submodule_search_locations:
            raise EngineFailure("pnnx is not installed")
        pnnx = os.path.join(package.submodule_search_locations[0], "pnnx")
        shape = ",".join(["1", "3", *size.split("x")])
        run_tool([pnnx, source, f"inputshape=[{shape}]", "fp16=0"], self.folder)
        return source.removesuffix(".onnx") + ".ncnn.param"

    def flops(self, size: str) -> int:
        """The FLOPs for one image, stripped and fused; a multiplication and an addition are two."""
        report = json.loads(run_tool([self.gelan, "info", self.yaml, "--input", size, "--json"]))
        return report["inference"]["flops"]

    def command(self, engine: str, setting: Setting, images: pathlib.Path) -> list[str]:
        """The command that starts an engine."""
        if engine.startswith("gelan"):
            plan = self.plan("fp16" if engine == "gelan-fp16" else "fp32")
            words = ["--input", setting.size, "--batch", str(setting.batch), "--threads", str(setting.threads)]
            precision = ["--precision", "bf16"] if engine == "gelan-bf16" else []
            return [self.gelan, "bench", plan, "--on-request", *words, *precision]
        path = self.ncnn(setting.size) if engine == "ncnn" else self.onnx(setting.size, setting.batch)
        return [sys.executable, str(WORKER), engine, path, str(images), str(setting.threads)]


def random_squares(setting: Setting) -> np.ndarray:
    """Overlapping squares of random position, size and colour, which have edges and flat areas as photographs do."""
    generator = np.random.default_rng(1)
    images = np.full((setting.batch, 3, setting.height, setting.width), 0.5, np.float32)
    for image in images:
        for _ in range(200):
            top, left = generator.integers(0, [setting.height, setting.width])
            side = generator.integers(4, max(setting.height, setting.width) // 4)
            image[:, top : top + side, left : left + side] = generator.random((3, 1, 1), np.float32)
    return images


# Engines at work


class Worker:
    """An engine in a process of its own, with a model open."""

    def __init__(self, engine: str, command: list[str], timeout: float) -> None:
        self.engine, self.timeout = engine, timeout
        self.errors = tempfile.TemporaryFile("w+")
        start = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, env=environment()
        )
        opening = self.receive()
        ready = time.perf_counter()
        self.send("1")
        self.receive()
        first = time.perf_counter()
        self.wait_until_idle()
        self.start = {
            "readyMilliseconds": (ready - start) * 1e3,
            "openMilliseconds": opening["loadMilliseconds"],
            "firstMilliseconds": (first - start) * 1e3,
            "peakResidentBytes": self.peak_resident_bytes(),
            "residentBytesBefore": opening.get("residentBytesBefore", 0),
        }

    def run_milliseconds(self, count: int) -> list[float]:
        return self.ask(str(count))["milliseconds"]

    def ask(self, line: str) -> dict:
        """Sends a request and waits for its answer, and then for the engine's threads to sleep."""
        self.send(line)
        answer = self.receive()
        self.wait_until_idle()
        return answer

    def send(self, line: str) -> None:
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):  # receive says why
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def receive(self) -> dict:
        assert self.process.stdout
        if not select.select([self.process.stdout], [], [], self.timeout)[0]:
            self.process.kill()
            self.process.wait()
            raise EngineFailure(f"gave no answer in {self.timeout:g} seconds")
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.errors.seek(0)
            raise EngineFailure(ending(status, self.errors.read()))
        return json.loads(line)

    def wait_until_idle(self) -> None:
        """Waits up to one second; an engine that is still busy then is detected by its processor time."""
        for _ in range(1000):
            if "R" not in self.thread_states():
                return
            time.sleep(0.001)

    def thread_files(self, name: str) -> list[str]:
        texts = []
        for thread in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*"):
            try:
                texts.append((thread / name).read_text())
            except OSError:
                pass  # the thread has ended
        return texts

    def thread_states(self) -> list[str]:
        return [text.rpartition(")")[2].split()[0] for text in self.thread_files("stat")]

    def processor_seconds(self) -> float:
        return sum(int(text.split()[0]) for text in self.thread_files("schedstat")) * 1e-9

    def peak_resident_bytes(self) -> int:
        """The peak memory; not from getrusage, which starts from the value of the parent process."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):  # of a request that a dead engine did not read
            if self.process.stdin:
                self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()


class Comparison:
    """The engines at one setting."""

    def __init__(self, setting: Setting, files: ModelFiles, options: argparse.Namespace) -> None:
        self.setting, self.files, self.options = setting, files, options
        self.images = random_squares(setting)
        self.workers: dict[str, Worker] = {}
        self.failures: dict[str, str] = {}
        self.starts: dict[str, list[dict]] = {engine: [] for engine in options.engines}
        # One list of times for each round.
        self.times: dict[str, list[list[float]]] = {engine: [] for engine in options.engines}
        self.idle_seconds = dict.fromkeys(options.engines, 0.0)
        self.others_seconds = dict.fromkeys(options.engines, 0.0)
        self.differences: dict[str, dict[str, float]] = {}

    def run(self) -> dict:
        """Measures everything; returns the results for JSON."""
        try:
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                np.save(folder / "images.npy", self.images)
                self.open_all(folder / "images.npy")
                self.compare_outputs(folder)
            for number in range(ROUNDS_BEFORE + self.options.rounds):
                self.take_turns(number)
        finally:
            for worker in self.workers.values():
                worker.close()
        return self.result()

    def open_all(self, images: pathlib.Path) -> None:
        """Opens the model in new processes, in turn; the last process of each engine is kept."""
        for _, engine in itertools.product(range(self.options.openings), self.options.engines):
            if engine in self.failures:
                continue
            if engine in self.workers:
                self.workers.pop(engine).close()
            try:
                command = self.files.command(engine, self.setting, images)
                self.workers[engine] = Worker(engine, command, self.options.timeout)
                self.starts[engine].append(self.workers[engine].start)
            except EngineFailure as failure:
                self.fail(engine, failure)

    def fail(self, engine: str, failure: EngineFailure) -> None:
        self.failures[engine] = str(failure)
        self.times[engine] = []
        if engine in self.workers:
            self.workers.pop(engine).close()

    def take_turns(self, number: int) -> None:
        engines = list(self.workers)
        for engine in engines if number % 2 == 0 else reversed(engines):
            before = {name: worker.processor_seconds() for name, worker in self.workers.items()}
            start = time.perf_counter()
            try:
                times = self.workers[engine].run_milliseconds(1 + self.options.inner)
            except EngineFailure as failure:
                self.fail(engine, failure)
                continue
            seconds = time.perf_counter() - start
            for name, worker in self.workers.items():
                if name != engine:
                    self.idle_seconds[name] += worker.processor_seconds() - before[name]
                    self.others_seconds[name] += seconds
            if number >= ROUNDS_BEFORE:
                self.times[engine].append(times[1:])

    def compare_outputs(self, folder: pathlib.Path) -> None:
        """Compares every engine's outputs for the images with those of `gelan run`."""
        safetensors.numpy.save_file({"images": self.images}, str(folder / "in.safetensors"))
        ours = self.own_output(folder, "fp32")
        for engine, worker in list(self.workers.items()):
            if engine == "gelan":
                continue
            try:
                if engine.startswith("gelan"):
                    in_bf16 = engine == "gelan-bf16"
                    options = ["--precision", "bf16"] if in_bf16 else []
                    theirs = self.own_output(folder, "fp32" if in_bf16 else "fp16", *options)
                else:
                    worker.ask(f"save {folder / 'theirs.npy'}")
                    theirs = np.load(folder / "theirs.npy").reshape(ours.shape)
            except EngineFailure as failure:
                self.fail(engine, failure)
                continue
            difference = np.abs(ours - theirs)
            # NumPy's max gives NaN if there is one, and NaN exceeds every bound in `disagrees`.
            self.differences[engine] = {
                "box": float(difference[:, :4].max()),
                "probability": float(difference[:, 4:].max()),
            }

    def own_output(self, folder: pathlib.Path, weights_type: str, *options: str) -> np.ndarray:
        inputs, outputs = (str(folder / name) for name in ["in.safetensors", "out.safetensors"])
        words = ["--inputs", inputs, "--outputs", outputs, "--threads", str(self.setting.threads), *options]
        run_tool([self.options.gelan, "run", self.files.plan(weights_type), *words])
        return safetensors.numpy.load_file(outputs)["output0"]

    def disagrees(self, engine: str) -> bool:
        box_bound = BOX_BOUND * max(self.setting.height, self.setting.width)
        difference = self.differences[engine]
        return not (difference["box"] <= box_bound and difference["probability"] <= PROBABILITY_BOUND)

    def faults(self) -> list[str]:
        """The conditions that invalidate the measurements."""
        found = []
        for engine, difference in self.differences.items():
            if engine not in INFORMATIVE and self.disagrees(engine):
                found.append(f"{engine} differs by {difference['box']:.2g} px and {difference['probability']:.2g}")
        for engine in self.workers:
            if self.idle_share(engine) > IDLE_BOUND:
                found.append(f"{engine} used {self.idle_share(engine):.1%} of a processor while others ran")
        found += [f"{engine} {failure}" for engine, failure in self.failures.items() if engine.startswith("gelan")]
        return [f"{self.setting.name}: {fault}" for fault in found]

    def idle_share(self, engine: str) -> float:
        return self.idle_seconds[engine] / max(self.others_seconds[engine], 1e-9)

    @staticmethod
    def base(engine: str) -> str:
        """The engine that an engine is compared with."""
        return "gelan-bf16" if engine in BF16_PEERS else "gelan"

    def ratio(self, engine: str) -> float:
        """The ratio to gelan's time: the median over the rounds, which is robust against disturbances of whole rounds."""
        pairs = zip(self.times[engine], self.times[self.base(engine)])
        return statistics.median(statistics.median(theirs) / statistics.median(ours) for theirs, ours in pairs)

    def result(self) -> dict:
        engines = {engine: self.engine_result(engine) for engine in self.options.engines}
        work = self.files.flops(self.setting.size) * self.setting.batch * 1e-9
        return {**dataclasses.asdict(self.setting), "gigaflop": work, "engines": engines, "faults": self.faults()}

    def engine_result(self, engine: str) -> dict:
        if engine in self.failures:
            return {"failure": self.failures[engine], "starts": self.starts[engine]}
        times = [time for round_times in self.times[engine] for time in round_times]
        lower, median, upper = np.percentile(times, [25, 50, 75])
        result = {
            "milliseconds": {"median": median, "lower": lower, "upper": upper, "min": min(times)},
            "rounds": self.times[engine],
            "starts": self.starts[engine],
            "start": {key: statistics.median(s[key] for s in self.starts[engine]) for key in self.starts[engine][0]},
            "idleShare": self.idle_share(engine),
            "difference": self.differences.get(engine),
        }
        return result if self.base(engine) in self.failures else {**result, "ratio": self.ratio(engine)}


# Printing

COLUMNS = (
    "| model | input | batch | threads | engine | median, ms | quartiles | ratio | GFLOP/s | ready, ms | open, ms "
    "| first, ms | peak, MiB | boxes, px | probabilities |"
)


def table_rows(result: dict) -> list[str]:
    where = f"| {result['model']} | {result['height']}x{result['width']} | {result['batch']} | {result['threads']} "
    rows = []
    for engine, measured in result["engines"].items():
        if "failure" in measured:
            rows.append(f"{where}| {engine} | {measured['failure']} |" + " |" * 9)
            continue
        times, start, difference = measured["milliseconds"], measured["start"], measured["difference"]
        before = start["residentBytesBefore"] / 2**20
        peak = f"{start['peakResidentBytes'] / 2**20:.0f}" + (f" ({before:.0f})" if before else "")
        ratio = f"{measured['ratio']:.3f}" if "ratio" in measured else ""
        cells = [
            engine, f"{times['median']:.1f}", f"{times['lower']:.1f}–{times['upper']:.1f}", ratio,
            f"{result['gigaflop'] / times['median'] * 1e3:.0f}", f"{start['readyMilliseconds']:.0f}",
            f"{start['openMilliseconds']:.0f}", f"{start['firstMilliseconds']:.0f}", peak,
            f"{difference['box']:.1e}" if difference else "", f"{difference['probability']:.1e}" if difference else "",
        ]  # fmt: skip
        rows.append(f"{where}| {' | '.join(cells)} |")
    return rows


def summaries(results: list[dict], peers: list[str]) -> list[dict]:
    """For every size, batch and number of threads: the ratio of the best peer's time to gelan's, over the models."""
    groups: dict[tuple, list[tuple[float, str, str]]] = {}
    for result in results:
        ratio, peer = min((result["engines"].get(peer, {}).get("ratio", math.inf), peer) for peer in peers)
        if math.isfinite(ratio):
            key = (f"{result['height']}x{result['width']}", result["batch"], result["threads"])
            groups.setdefault(key, []).append((ratio, result["model"], peer))
    return [
        {
            "size": size, "batch": batch, "threads": threads, "models": len(ratios),
            "geometricMean": statistics.geometric_mean(ratio for ratio, _, _ in ratios),
            "least": min(ratios)[0], "leastModel": min(ratios)[1], "leastPeer": min(ratios)[2],
        }
        for (size, batch, threads), ratios in groups.items()
    ]  # fmt: skip


def print_summaries(title: str, summaries: list[dict]) -> None:
    if not summaries:
        return
    print(f"\n{title} (above 1, gelan is faster)\n")
    print("| input | batch | threads | models | geometric mean | least |\n|---|---|---|---|---|---|")
    for line in summaries:
        print(
            f"| {line['size']} | {line['batch']} | {line['threads']} | {line['models']} | {line['geometricMean']:.3f} "
            f"| {line['least']:.3f} ({line['leastModel']}, {line['leastPeer']}) |"
        )


def plot(results: list[dict], path: str) -> None:
    """Plots time against work: a panel for each number of threads and a colour for each engine.

    A line goes through the models at 640x640, with their names at the first engine's; other sizes are smaller marks.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    counts = sorted({result["threads"] for result in results})
    sizes = [(result["height"], result["width"]) for result in results]
    usual = (640, 640) if (640, 640) in sizes else sizes[0]
    figure, panels = pyplot.subplots(1, len(counts), figsize=(6 * len(counts), 5), sharey=True, squeeze=False)
    for threads, panel in zip(counts, panels[0]):
        for index, engine in enumerate(results[0]["engines"]):
            at_usual, elsewhere = [], []
            for result in results:
                if result["threads"] == threads and "failure" not in result["engines"][engine]:
                    point = (result["gigaflop"], result["engines"][engine]["milliseconds"]["median"], result["model"])
                    (at_usual if (result["height"], result["width"]) == usual else elsewhere).append(point)
            work, times, names = zip(*sorted(at_usual)) if at_usual else ((), (), ())
            panel.loglog(work, times, color=f"C{index}", marker="o", label=f"{engine}, {usual[0]}x{usual[1]}")
            if elsewhere:
                panel.scatter(*zip(*[point[:2] for point in elsewhere]), color=f"C{index}", s=9, marker="s")
            if index == 0:
                for x, y, name in zip(work, times, names):
                    panel.annotate(name, (x, y), (6, -12), textcoords="offset points", fontsize=8)
        panel.set(title="1 thread" if threads == 1 else f"{threads} threads", xlabel="work, GFLOP", ylabel="median, ms")
        panel.grid(True, which="both", alpha=0.3)
    panels[0][0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def machine() -> dict:
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return {"processor": processor, "cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()}


def versions() -> dict[str, str]:
    packages = [name for name in [*PEERS, "pnnx", "numpy"] if importlib.util.find_spec(name)]
    return {name: importlib.metadata.version(name) for name in packages}


# The command line


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def sizes(text: str) -> list[tuple[int, int]]:
    """Parses `640` or `480x640`, height first; several are separated by commas."""
    pairs = [numbers(word.replace("x", ",")) for word in text.split(",")]
    return [(pair[0], pair[-1]) for pair in pairs]


def positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=DEFAULT_MODELS, metavar="MODEL")
    parser.add_argument("--gelan", default=".build/release/gelan", help="the program to measure")
    parser.add_argument("--sizes", type=sizes, default=sizes("640"), help="such as 320,480x640; 640 by default")
    parser.add_argument("--threads", type=numbers, default=[1, 2], help="1,2 by default")
    parser.add_argument("--batches", type=numbers, default=[1], help="images in a run; 1 by default")
    parser.add_argument("--rounds", type=positive, default=15, help="turns of each engine that count; 15 by default")
    parser.add_argument("--inner", type=positive, default=3, help="runs that count in a turn; 3 by default")
    parser.add_argument("--openings", type=positive, default=3, help="new processes for each engine; 3 by default")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=PEERS, help=",".join(PEERS))
    parser.add_argument("--bf16", action="store_true", help="gelan and OpenVINO in bf16, too")
    parser.add_argument("--fp16-weights", action="store_true", help="gelan with half the file, too, for information")
    parser.add_argument("--seed", type=int, default=3, help="of the random weights")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for one answer")
    parser.add_argument("--json", metavar="FILE", help="write every time that was measured")
    parser.add_argument("--plot", metavar="FILE.png", help="draw time against work; needs matplotlib")
    options = parser.parse_args()
    if unknown := set(options.peers) - set(PEERS):
        parser.error(f"there is no peer {', '.join(sorted(unknown))}")
    if options.plot and importlib.util.find_spec("matplotlib") is None:
        parser.error(f"--plot needs matplotlib: {sys.executable} -m pip install matplotlib")
    informative = ["gelan-fp16"] if options.fp16_weights else []
    if options.bf16:
        informative += ["gelan-bf16", *BF16_PEERS]
    options.engines = ["gelan", *options.peers, *informative]
    options.gelan = str(pathlib.Path(options.gelan).resolve())
    return options


def compare_model(yaml: str, options: argparse.Namespace) -> list[dict]:
    results = []
    with tempfile.TemporaryDirectory() as folder:
        files = ModelFiles(options.gelan, yaml, options.seed, pathlib.Path(folder))
        for (height, width), batch, threads in itertools.product(options.sizes, options.batches, options.threads):
            setting = Setting(pathlib.Path(yaml).stem, height, width, batch, threads)
            results.append(Comparison(setting, files, options).run())
            print("\n".join(table_rows(results[-1])), flush=True)
    return results


def main() -> int:
    options = read_arguments()
    about = {"machine": machine(), "versions": versions(), "rounds": options.rounds, "inner": options.inner}
    print(json.dumps(about), "\n\n" + COLUMNS + "\n" + "|---" * (COLUMNS.count("|") - 1) + "|", flush=True)
    results = []
    try:
        for yaml in options.models:
            results += compare_model(yaml, options)
    except EngineFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        if options.json:
            everything = {
                **about, "settings": results, "summaries": summaries(results, PEERS),
                "bf16Summaries": summaries(results, BF16_PEERS),
            }  # fmt: skip
            pathlib.Path(options.json).write_text(json.dumps(everything, indent=1))
    print_summaries("Best peer / gelan", summaries(results, PEERS))
    print_summaries("Best peer in bf16 / gelan in bf16", summaries(results, BF16_PEERS))
    if options.plot:
        plot(results, options.plot)
    faults = [fault for result in results for fault in result["faults"]]
    if faults:
        print("\n" + "\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
