#!/usr/bin/env python3
"""Runs one engine in its own process, for compare_speed.py: opens a model and runs it on request.

    python3 Tests/Peers/engine_worker.py onnxruntime model.onnx images.npy 2

The protocol is that of `gelan bench --on-request`: one line of JSON when the model is open; then each line of standard
input is a number of runs, and the answer is their times, {"milliseconds": [57.1, 56.9]}. `save FILE` runs once and
writes the output to a .npy file. compare_speed.py explains the settings of each engine.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import IO, Protocol

import numpy as np


class Engine(Protocol):
    """An open model with its input."""

    def run(self) -> None: ...

    def output(self) -> np.ndarray:
        """The output of the last run: batch x (4 + classes) x anchors."""


class Onnxruntime:
    """Input and output are bound once, so that nothing is copied in a run."""

    def __init__(self, path: str, images: np.ndarray, threads: int) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        output = self.session.get_outputs()[0]
        self.result = ort.OrtValue.ortvalue_from_shape_and_type(output.shape, np.float32)
        self.binding = self.session.io_binding()
        self.binding.bind_ortvalue_input(self.session.get_inputs()[0].name, ort.OrtValue.ortvalue_from_numpy(images))
        self.binding.bind_ortvalue_output(output.name, self.result)

    def run(self) -> None:
        self.session.run_with_iobinding(self.binding)

    def output(self) -> np.ndarray:
        return self.result.numpy()


class OpenVINO:
    """One request whose input stays bound and whose output is not copied."""

    precision = "f32"

    def __init__(self, path: str, images: np.ndarray, threads: int) -> None:
        import openvino

        self.core = openvino.Core()
        hints = {
            "INFERENCE_PRECISION_HINT": self.precision,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": threads,
        }
        self.request = self.core.compile_model(self.core.read_model(path), "CPU", hints).create_infer_request()
        self.request.set_input_tensor(openvino.Tensor(images, shared_memory=True))

    def run(self) -> None:
        self.request.infer(share_outputs=True)

    def output(self) -> np.ndarray:
        return np.array(self.request.get_output_tensor().data)


class OpenVINOInBF16(OpenVINO):
    precision = "bf16"


class Ncnn:
    """pnnx's graph, in fp32; ncnn has no batches, so images run one after another."""

    def __init__(self, path: str, images: np.ndarray, threads: int) -> None:
        import ncnn

        self.allocators = ncnn.UnlockedPoolAllocator(), ncnn.PoolAllocator()
        self.net = ncnn.Net()
        options = self.net.opt
        options.num_threads = threads
        options.blob_allocator, options.workspace_allocator = self.allocators
        options.lightmode = True
        for name in ["fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_packed", "bf16_storage"]:
            setattr(options, f"use_{name}", False)
        for name in ["winograd_convolution", "sgemm_convolution", "packing_layout"]:
            setattr(options, f"use_{name}", True)
        if self.net.load_param(path) != 0 or self.net.load_model(path.removesuffix("param") + "bin") != 0:
            sys.exit(f"ncnn cannot load {path}")
        self.images = images
        self.inputs = [ncnn.Mat(image) for image in images]
        self.results: list = []

    def run(self) -> None:
        self.results = [self.extract(image) for image in self.inputs]

    def extract(self, image):
        with self.net.create_extractor() as extractor:
            extractor.input("in0", image)
            status, result = extractor.extract("out0")
        if status != 0:
            sys.exit(f"ncnn failed with {status}")
        return result

    def output(self) -> np.ndarray:
        return np.stack([np.array(result) for result in self.results])


ENGINES: dict[str, Callable[[str, np.ndarray, int], Engine]] = {
    "onnxruntime": Onnxruntime,
    "openvino": OpenVINO,
    "openvino-bf16": OpenVINOInBF16,
    "ncnn": Ncnn,
}


def load_libraries(engine: str) -> None:
    """The start-up work of a process, which is not a part of opening a model."""
    if engine == "onnxruntime":
        import onnxruntime  # noqa: F401
    elif engine == "ncnn":
        import ncnn  # noqa: F401
    else:
        import openvino

        openvino.Core().get_property("CPU", "FULL_DEVICE_NAME")  # loads the plugin


def resident_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def timed(engine: Engine) -> float:
    """The milliseconds of one run."""
    start = time.perf_counter()
    engine.run()
    return (time.perf_counter() - start) * 1e3


def answer(engine: Engine, line: str) -> dict:
    if line.startswith("save "):
        engine.run()
        np.save(line.removeprefix("save "), engine.output())
        return {"saved": True}
    return {"milliseconds": [timed(engine) for _ in range(int(line))]}


def own_output() -> IO[str]:
    """Reserves standard output for the answers; output of libraries is redirected to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return answers


def main() -> None:
    name, path, images_path, threads = sys.argv[1:]
    answers = own_output()
    images = np.load(images_path)
    load_libraries(name)
    before = resident_bytes()
    start = time.perf_counter()
    engine = ENGINES[name](path, images, int(threads))
    opening = {"loadMilliseconds": (time.perf_counter() - start) * 1e3, "residentBytesBefore": before}
    print(json.dumps(opening), file=answers)
    for line in sys.stdin:
        print(json.dumps(answer(engine, line.strip())), file=answers)
    # Some libraries crash at interpreter exit; all answers have been sent by then.
    answers.close()
    os._exit(0)


if __name__ == "__main__":
    main()
