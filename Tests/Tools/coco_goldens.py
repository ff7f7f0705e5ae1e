#!/usr/bin/env python3
"""Writes Tests/Fixtures/evaluation/*.json: a small synthetic data set, detections of it, and pycocotools' figures.

The boxes are random, from a fixed seed, and made to meet every rule: crowds, objects whose area is not their box's,
equal scores within and across images, equal overlaps, more than 100 detections of a class in an image, empty images,
classes without objects, without detections and without both, and unordered identifiers.

Tests/EvaluationTests compares gelan's figures with these. Only needed to change the cases; the files are part of the
repository. Needs pycocotools:

    python3 Tests/Tools/coco_goldens.py

To compare two files of your own:

    python3 Tests/Tools/coco_goldens.py ANNOTATIONS RESULTS
"""

import contextlib
import io
import json
import pathlib
import random
import sys

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "evaluation"

NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
CATEGORIES = [(7, "kite"), (1, "person"), (3, "car"), (90, "never marked"), (44, "never found"), (60, "nothing")]


def make_data_set(random):
    identifiers = random.sample(range(1, 900), 20)
    images = [{"id": i, "file_name": f"{i:06}.jpg", "width": 640, "height": 480} for i in identifiers]
    annotations, results = [], []

    def some_box():
        # Integer sizes around the limits of small, medium and large; many boxes share a position, so overlaps are equal.
        width, height = random.choice([8, 20, 32, 40, 96, 100, 230]), random.choice([10, 32, 60, 96, 120, 300])
        return [random.randrange(0, 640 - width, 5), random.randrange(0, 480 - height, 5), width, height]

    def shaken(box):
        scale = random.choice([0, 0, 0.02, 0.05, 0.1, 0.25])
        left, top, width, height = box
        return [
            round(left + random.uniform(-scale, scale) * width, 2),
            round(top + random.uniform(-scale, scale) * height, 2),
            round(width * (1 + random.uniform(-scale, scale)), 2),
            round(height * (1 + random.uniform(-scale, scale)), 2),
        ]

    def mark(image, category, box):
        crowd = int(random.random() < 0.15)
        area = round(box[2] * box[3] * random.choice([1, 1, 0.6]), 1)
        entry = {"id": len(annotations) + 1, "image_id": image, "category_id": category, "bbox": box, "area": area}
        annotations.append(entry | {"iscrowd": crowd})

    def detect(image, category, box, score):
        results.append({"image_id": image, "category_id": category, "bbox": box, "score": score})

    def coarse(low, high):
        return round(random.uniform(low, high), 1)

    for position, image in enumerate(identifiers):
        if position in (4, 11):
            continue
        for _ in range(random.randrange(0, 7)):
            category = random.choice([7, 1, 1, 3, 44])
            box = some_box()
            mark(image, category, box)
            if category == 44:
                continue
            for _ in range(random.choice([0, 1, 1, 2, 3])):
                wrong = random.random() < 0.1
                detect(image, random.choice([7, 3, 90]) if wrong else category, shaken(box), coarse(0.2, 1))
        for _ in range(random.randrange(0, 4)):
            detect(image, random.choice([7, 1, 3, 90]), some_box(), coarse(0, 0.7))
    # More detections of a class in an image than count, the best of them last, and objects that only the worst match.
    for rank in range(115):
        box = some_box()
        if rank % 7 == 0:
            mark(identifiers[0], 3, box)
        detect(identifiers[0], 3, shaken(box), round(0.05 + rank / 500, 3))
    # A detection in an image without objects.
    detect(identifiers[4], 1, some_box(), 0.9)
    categories = [{"id": i, "name": name} for i, name in CATEGORIES]
    return {"images": images, "categories": categories, "annotations": annotations}, results


def evaluate(annotations, results):
    """The summary and the figures of each category; -1, which means 'undefined' in pycocotools, becomes null."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(annotations))
        run = COCOeval(truth, truth.loadRes(str(results)), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()

    def mean(values):
        values = values[values > -1]
        return float(values.mean()) if values.size else None

    # (threshold, recall level, category, size, limit) and (threshold, category, size, limit)
    precision, recall = run.eval["precision"], run.eval["recall"]
    classes = []
    for index, category in enumerate(run.params.catIds):
        classes.append(
            {
                "id": int(category),
                "AP": [mean(precision[:, :, index, size, 2]) for size in range(4)],
                "APAtThresholds": [mean(precision[t, :, index, 0, 2]) for t in range(10)],
                "AR": [mean(recall[:, index, size, 2]) for size in range(4)],
                "ARAtLimits": [mean(recall[:, index, 0, limit]) for limit in range(3)],
            }
        )
    summary = {name: None if value < 0 else float(value) for name, value in zip(NAMES, run.stats)}
    return {"summary": summary, "classes": classes}


def write(name, value):
    # One entry per line, for readable diffs.
    def text(value):
        if isinstance(value, list):
            return "[\n" + ",\n".join(json.dumps(entry) for entry in value) + "\n]"
        if isinstance(value, dict):
            return "{\n" + ",\n".join(f"{json.dumps(key)}: {text(entry)}" for key, entry in value.items()) + "\n}"
        return json.dumps(value)

    (FOLDER / name).write_text(text(value) + "\n")


def main():
    if len(sys.argv) == 3:
        print(json.dumps(evaluate(*sys.argv[1:]), indent=1))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    annotations, results = make_data_set(random.Random(2014))
    write("annotations.json", annotations)
    write("detections.json", results)
    write("figures.json", evaluate(FOLDER / "annotations.json", FOLDER / "detections.json"))


if __name__ == "__main__":
    main()
