#!/usr/bin/env python3
"""Checks the models that `gelan export onnx` writes with ONNX's own checker and with other engines.

It needs `pip install numpy safetensors onnx onnxruntime openvino` and a built gelan:

    python3 Tests/Tools/check_onnx.py [--gelan .build/release/gelan] [MODEL.yaml ...]

Without models: the ten published graphs, the model with every kind of step, and a trained one if it is there (`make
check-onnx`; half an hour of one core at most). `make test` runs it for three small ones where the packages are installed.

Each model gets random weights and is exported in four ways: with a fixed size, with every size and batch free, with
suppression and with both. For each: `onnx.checker` with full checks, strict shape inference with data propagation, which
has to agree with the shapes in the file, and in each engine outputs equal to those of `gelan run`, or objects equal to
those of `gelan detect`. It prints the largest difference of a box in pixels and of a probability.
"""

import argparse
import ast
import glob
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np
import onnx
import onnxruntime
import openvino
import safetensors.numpy

# About six units in the last place of fp32: the effect of another order of summation of thousands of products, with
# random weights and little cancellation. Between images, the probabilities of random weights differ by 1e-3.
BOX_BOUND = 1e-6  # relative to the largest coordinate
PROBABILITY_BOUND = 1e-6
TRAINED = "../shared/weights/gelan-n_wholebody15"

failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what, flush=True)


class Onnxruntime:
    name = "onnxruntime"

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 2
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def __call__(self, images):
        return self.session.run(["output0"], {"images": images})[0]


class OpenVINO:
    name = "openvino"

    def __init__(self, path):
        # On processors that support it, the default is fp16.
        self.model = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def __call__(self, images):
        return self.model({"images": images})["output0"]


ENGINES = {engine.name: engine for engine in (Onnxruntime, OpenVINO)}


class Gelan:
    def __init__(self, executable, folder):
        self.executable, self.folder = executable, folder

    def __call__(self, *words):
        done = subprocess.run([self.executable, *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"gelan {' '.join(map(str, words))}\n{done.stderr}")
        return done.stdout

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, plan, images):
        safetensors.numpy.save_file({"images": images}, self.path("in.safetensors"))
        self("run", plan, "--inputs", self.path("in.safetensors"), "--outputs", self.path("out.safetensors"))
        return safetensors.numpy.load_file(self.path("out.safetensors"))["output0"]


def random_image(height, width, seed):
    """Smooth colours with some noise, as bytes (height, width, 3)."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [np.sin(x * generator.uniform(0.01, 0.1) + y * generator.uniform(0.01, 0.1)) for _ in range(3)]
    noise = generator.normal(0, 0.1, (height, width, 3))
    return np.clip((np.stack(waves, -1) * 0.4 + 0.5 + noise) * 255, 0, 255).astype(np.uint8)


def as_images(arrays):
    return np.ascontiguousarray(np.stack(arrays).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255))


def write_png(path, image):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def check_file(path, what, classes):
    """Checks the file alone: with the checker, its shapes and its metadata."""
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    stated = {value.name: value for value in model.graph.value_info}
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    for value in inferred.graph.value_info:
        ours = stated.pop(value.name, None)
        theirs = value.type.tensor_type.shape.dim
        if ours is None:
            continue
        dims = ours.type.tensor_type.shape.dim
        expect(len(dims) == len(theirs), f"{what}: {value.name} has another rank")
        for a, b in zip(dims, theirs):
            fixed = a.HasField("dim_value") and b.HasField("dim_value")
            expect(not fixed or a.dim_value == b.dim_value, f"{what}: {value.name} has another shape")
    expect(not stated, f"{what}: shapes are given for values that are not there: {list(stated)[:3]}")
    names = [node.name for node in model.graph.node]
    expect(len(set(names)) == len(names), f"{what}: nodes share a name")
    properties = {entry.key: entry.value for entry in model.metadata_props}
    expect(list(ast.literal_eval(properties["names"]).values()) == classes, f"{what}: names are {properties['names']}")
    expect(int(properties["stride"]) > 0 and properties["task"] == "detect", f"{what}: stride or task")
    expect(len(ast.literal_eval(properties["imgsz"])) == 2, f"{what}: imgsz is {properties['imgsz']}")
    return properties


def differences(ours, theirs):
    """The largest difference of a box, in pixels and relative to the largest coordinate, and of a probability."""
    if ours.shape != theirs.shape:
        return float("inf"), float("inf"), float("inf")
    boxes = np.abs(ours[:, :4] - theirs[:, :4]).max()
    largest = max(np.abs(ours[:, :4]).max(), 1)
    return float(boxes), float(boxes / largest), float(np.abs(ours[:, 4:] - theirs[:, 4:]).max())


def compare(what, ours, theirs, table):
    boxes, relative, probabilities = differences(ours, theirs)
    expect(relative <= BOX_BOUND, f"{what}: boxes differ by {boxes} pixels, {relative} of the largest")
    expect(probabilities <= PROBABILITY_BOUND, f"{what}: probabilities differ by {probabilities}")
    table.append((boxes, relative, probabilities))


def select(predictions, confidence, iou, limit):
    """Non-maximum suppression as in the official code, for the (4 + classes, anchors) of one image."""
    boxes, scores = predictions[:4].T, predictions[4:]
    label, best = scores.argmax(0), scores.max(0)
    corners = np.concatenate((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2), 1)
    order = np.flatnonzero(best > np.float32(confidence))
    order = order[np.argsort(-best[order], kind="stable")]
    apart = corners + label[:, None].astype(np.float32) * np.float32(7680)
    areas = (apart[:, 2] - apart[:, 0]) * (apart[:, 3] - apart[:, 1])
    kept = []
    while len(order) and len(kept) < limit:
        first, order = order[0], order[1:]
        kept.append(first)
        size = np.minimum(apart[first, 2:], apart[order, 2:]) - np.maximum(apart[first, :2], apart[order, :2])
        common = np.maximum(size, 0).prod(1)
        order = order[common / (areas[first] + areas[order] - common) <= iou]
    return np.concatenate((corners[kept], best[kept, None], label[kept, None]), 1)


def compare_rows(what, rows, predictions, threshold):
    """Compares the rows of a model with suppression with those computed from the same engine's predictions; returns their number."""
    expected = select(predictions, *threshold[1::2])
    count = len(expected)
    expect(len(rows) == threshold[5], f"{what}: {len(rows)} rows")
    expect(not rows[count:].any(), f"{what}: there is more than zeros after the last object")
    rows = rows[:count]
    expect(bool((np.diff(rows[:, 4]) <= 0).all()), f"{what}: the objects are not in order")
    # The order of equally probable objects may differ between engines.
    rows, expected = (objects[np.lexsort((*objects.T[:4], -objects[:, 4]))] for objects in (rows, expected))
    same = np.array_equal(rows[:, 5], expected[:, 5]) and np.allclose(rows, expected, rtol=1e-6, atol=1e-4)
    expect(same, f"{what}: the objects are others")
    return count


def compare_detected(what, detected, rows, size):
    """Compares `gelan detect --json`, whose boxes are clipped to the image, with rows of objects."""
    ours = np.array([[*item["box"], item["confidence"], item["class"]] for item in detected]).reshape(-1, 6)
    rows = rows[rows[:, 4] > 0]
    rows[:, :4] = np.clip(rows[:, :4], 0, [size[1], size[0]] * 2)
    # The JSON has two decimals of a box and five of a probability.
    same = ours.shape == rows.shape and np.array_equal(ours[:, 5], rows[:, 5])
    same = same and np.abs(ours[:, :4] - rows[:, :4]).max(initial=0) <= 0.006
    expect(same and np.abs(ours[:, 4] - rows[:, 4]).max(initial=0) <= 2e-5, f"{what}: gelan detects other objects")


def check_model(gelan, yaml, engines, size, weights):
    name = os.path.splitext(os.path.basename(yaml))[0]
    plan = gelan.path(f"{name}.plan")
    gelan("compile", yaml, *weights, "-o", plan, *(["--input", f"{size[0]}x{size[1]}"] if size else []))
    info = json.loads(gelan("info", yaml, "--json", *(["--input", f"{size[0]}x{size[1]}"] if size else [])))
    height, width = info["input"][2:]
    # Fewer detections than possible, and more than the number of anchors.
    limits = [100, 3000] if height * width > 100_000 else [2000, 100]
    few, many = (["--conf", 0.3, "--iou", 0.5, "--max-detections", limit] for limit in limits)
    dynamic = ["--dynamic-batch", "--dynamic-size"]
    options = {
        "fixed": ["--opset", 17], "dynamic": [*dynamic, "--opset", 22], "nms": ["--nms", *few],
        "dynamic-nms": ["--nms", *many, *dynamic],
    }
    files, seconds = {}, {}
    for kind, words in options.items():
        started = time.time()
        files[kind] = gelan.path(f"{name}-{kind}.onnx")
        gelan("export", "onnx", plan, "-o", files[kind], *words)
        seconds[kind] = time.time() - started

    classes = class_names(gelan, plan)
    properties = {kind: check_file(path, f"{name} {kind}", classes) for kind, path in files.items()}
    multiple = [int(properties["fixed"][f"gelan.{side}_multiple"]) for side in ("height", "width")]
    small = [max(1, int(side * 0.5) // m) * m for side, m in zip((height, width), multiple)]
    small[1] += multiple[1]

    size = (height, width)
    images = as_images([random_image(*size, 1)])
    ours = gelan.run(plan, images)
    small_images = as_images([random_image(*small, seed) for seed in (2, 3)])
    small_ours = gelan.run(plan, small_images)

    rows = []
    for engine in engines:
        what = f"{name} {engine.name}"
        table = []
        fixed = engine(files["fixed"])(images)
        compare(what, ours, fixed, table)
        dynamic = engine(files["dynamic"])
        small_fixed = dynamic(small_images)
        compare(f"{what} batch of 2 at {small}", small_ours, small_fixed, table)
        compare(f"{what} of any size", ours, dynamic(images), table)
        del dynamic
        objects = compare_rows(f"{what} nms", engine(files["nms"])(images)[0], fixed[0], few)
        both = engine(files["dynamic-nms"])(small_images)
        for index in (0, 1):
            objects += compare_rows(f"{what} nms, image {index}", both[index], small_fixed[index], many)
        boxes, relative, probabilities = (max(column) for column in zip(*table))
        rows.append((name, engine.name, boxes, relative, probabilities, objects))
        print(
            f"{name:22} {engine.name:12} {boxes:10.2e} {relative:9.1e} {probabilities:9.1e} {objects:8} "
            f"{os.path.getsize(files['fixed']) / 1e6:9.2f} {seconds['fixed']:8.2f}", flush=True)
    for path in files.values():
        os.remove(path)
    os.remove(plan)
    return rows


def class_names(gelan, plan):
    """The class names in the plan file, which other tools can read too."""
    with open(plan, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    line = next(line for line in header["__metadata__"]["gelan.plan"].splitlines() if line.startswith("classes "))
    rest = line[len("classes "):]
    if rest.isdigit():
        return [f"class {i}" for i in range(int(rest))]
    names = []
    while rest:
        name, end = json.JSONDecoder().raw_decode(rest)
        names.append(name)
        rest = rest[end:].lstrip(" ,")
    return names


def check_trained(gelan, engines):
    """Compares a trained model with results of the official code, and its objects with those that gelan detects."""
    plan, path = gelan.path("trained.plan"), gelan.path("trained.onnx")
    gelan("compile", "Tests/Fixtures/models/gelan-n.yaml", "--weights", f"{TRAINED}.train.fp32.safetensors", "-o", plan)
    golden = safetensors.numpy.load_file(f"{TRAINED}.golden.safetensors")
    batch, _, height, width = golden["images"].shape
    images = np.round(golden["images"] * 255).astype(np.uint8).transpose(0, 2, 3, 1)
    size, threshold = f"{height}x{width}", ["--conf", 0.25, "--iou", 0.45, "--max-detections", 300]
    gelan("export", "onnx", plan, "-o", path, "--input", size, "--batch", batch)
    gelan("export", "onnx", plan, "-o", f"{path}.nms", "--input", size, "--batch", batch, "--nms")
    detected = []
    for image in images:
        write_png(gelan.path("image.png"), image)
        found = gelan("detect", plan, gelan.path("image.png"), "--json", "--input", size, *threshold)
        detected.append(json.loads(found)["detections"])
    for engine in engines:
        boxes, _, probabilities = differences(golden["output0"], engine(path)(golden["images"]))
        expect(boxes <= 0.05 and probabilities <= 2e-4, f"trained gelan-n, {engine.name}: {boxes} pixels, {probabilities}")
        rows = engine(f"{path}.nms")(as_images(images))
        for found, image in zip(detected, rows):
            compare_detected(f"trained gelan-n, {engine.name}", found, image, (height, width))
        objects = sum(map(len, detected))
        print(
            f"{'gelan-n, trained':22} {engine.name:12} {boxes:10.2e} {'':9} {probabilities:9.1e} {objects:8}   "
            "(against the official code)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gelan", default=".build/release/gelan")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--size", type=int, nargs=2, help="height and width in pixels; the models' own by default")
    parser.add_argument("models", nargs="*")
    arguments = parser.parse_args()
    engines = [ENGINES[name] for name in arguments.engines]
    everything = [f"models-yaml/{family}-{size}.yaml" for size in "tsmce" for family in ("gelan", "yolov9")]
    models = arguments.models or ["Tests/Fixtures/models/every-step.yaml"] + everything
    print(f"{'model':22} {'engine':12} {'boxes, px':>10} {'relative':>9} {'classes':>9} {'objects':>8} {'megabytes':>9} {'seconds':>8}")
    with tempfile.TemporaryDirectory() as folder:
        gelan = Gelan(arguments.gelan, folder)
        for model in models:
            check_model(gelan, model, engines, arguments.size, ["--random-weights", "7"])
        if not arguments.models and glob.glob(f"{TRAINED}.*"):
            check_trained(gelan, engines)
    print("\n".join(failures) or "everything agrees")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
