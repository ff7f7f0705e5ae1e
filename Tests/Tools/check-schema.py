#!/usr/bin/env python3
"""Checks `gelan schema` with an independent JSON Schema validator on valid and invalid models.

Not part of `make test`. It needs `pip install jsonschema pyyaml` and a built gelan:

    python3 Tests/Tools/check-schema.py [.build/debug/gelan]

Valid models pass with the general schema and with their own. Each invalid model, a small edit of a valid one that `gelan
check` rejects too, fails. The same holds for files of blocks, which `gelan check` reads for a model that includes them.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

import jsonschema
import yaml

GELAN = sys.argv[1] if len(sys.argv) > 1 else ".build/debug/gelan"

GOOD = """
name: good
classes: [cat, dog]
input: [480, 640]
channels: 3
activation: nn.LeakyReLU(0.1)
parameters: {width: 0.5, c16: "scaled(16, width)", act: SiLU}
include: []
blocks:
  Squeeze:
    summary: Two convolutions.
    parameters: {c2: required, ratio: 4, act: true}
    let: {hidden: channels(x) // ratio}
    body:
      cv1: [x, 1, Conv, [hidden, 1]]
      m.*: [cv1, 2, Conv, {c2: hidden, k: 3}]
      "0": [-1, 1, Conv, {c2: c2, act: act}]
    result: -1 if false else cv1
    list_dialect: {scales_width: true}
backbone:
  p1: [-1, 1, Conv, [16, 3, 2]]
  p2: [-1, 1, Conv, {c2: 32, k: 3, s: 2}]
  p3: [p2, 1, Squeeze, [max(8 * 2), 4]]
  route: [-1, 1, CBLinear, [[8, 16]]]
neck:
auxiliary:
  a1: [route.0, 1, nn.Conv2d, {out_channels: classes * 8, kernel_size: 1}]
heads:
  detect: [[p1, p2], 1, DDetect, [classes]]
"""

# A replacement in an invalid model, and the part of the valid model that it replaces.
BROKEN = [
    ("classes: [cat, dog]\n", ""),
    ("classes: [cat, dog]", "classes: []"),
    ("classes: [cat, dog]", "classes: 0"),
    ("classes: [cat, dog]", "classes: 0.5"),
    ("input: [480, 640]", "input: [480]"),
    ("input: [480, 640]", "input: 0"),
    ("input: [480, 640]", "input: {height: 480}"),
    ("channels: 3", "channels: -3"),
    ("activation:", "activaton:"),
    ("{width: 0.5, ", "{wi-dth: 0.5, "),
    ("{width: 0.5, ", "{width: {a: 1}, "),
    ("include: []", "include: {}"),
    ("include: []", "include: [[]]"),
    ("heads:", "head:"),
    ("heads:\n  detect:", "heads:\n  - detect:"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conv]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conv, [16, 3, 2], 1]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: Conv"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conv, 16]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conv, []]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conv, {}]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conv, [16, 3, 2, 1, 1, 1, true, 8]]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conv, [{c2: 16}]]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 0, Conv, [16]]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1.5, Conv, [16]]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-2, 1, Conv, [16]]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [[], 1, Concat, []]"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p-1: [-1, 1, Conv, [16]]"),
    ("{c2: 32, k: 3, s: 2}", "{c2: 32, kernel: 3}"),
    ("{c2: 32, k: 3, s: 2}", "{k: 3, s: 2}"),
    ("[route.0, 1, nn.Conv2d", "[{route: 0}, 1, nn.Conv2d"),
    ("[classes]]\n", "[]]\n"),
    ("    body:\n", "    boby:\n"),
    ("parameters: {c2: required", "parameters: {c-2: required"),
    ("{scales_width: true}", "{scale_width: true}"),
    ("cv1: [x, 1, Conv, [hidden, 1]]", "cv1: [x, 1, Conv, {hidden: 1}]"),
]

# Invalid only under the model's own schema, which knows every block.
BROKEN_WITH_BLOCKS = [
    ("1, Squeeze, [", "1, Squeze, ["),
    ("1, Squeeze, [max(8 * 2), 4]", "1, Squeeze, []"),
    ("1, Squeeze, [max(8 * 2), 4]", "1, Squeeze, {c2: 8, ration: 4}"),
    ("p1: [-1, 1, Conv, [16, 3, 2]]", "p1: [-1, 1, Conf, [16]]"),
]


GOOD_BLOCKS = """
include: [more.yaml]
blocks:
  Squeeze:
    summary: Two convolutions.
    parameters: {c2: required, ratio: 4}
    let: {hidden: channels(x) // ratio}
    body:
      cv1: [x, 1, Conv, [hidden, 1]]
      cv2: [-1, 1, Conv, {c2: c2, k: 3}]
    result: cv2
  Twice:
    parameters: {c2: required}
    body: {m.*: [x, 2, Squeeze, [c2]]}
"""

BROKEN_BLOCKS = [
    ("include: [more.yaml]", "include: {}"),
    ("include: [more.yaml]", "classes: 80"),
    ("blocks:\n", "bloks:\n"),
    ("    body:\n", "    boby:\n"),
    ("    summary: Two convolutions.\n", "    title: Two convolutions.\n"),
    ("{c2: required, ratio: 4}", "{c-2: required, ratio: 4}"),
    ("[x, 1, Conv, [hidden, 1]]", "[x, 1, Conv]"),
    ("[x, 1, Conv, [hidden, 1]]", "[x, 1, Conv, {hidden: 1}]"),
    ("[x, 1, Conv, [hidden, 1]]", "Conv"),
    ("{c2: c2, k: 3}", "{k: 3}"),
]

BROKEN_BLOCKS_WITH_BLOCKS = [
    ("2, Squeeze, [c2]", "2, Squeze, [c2]"),
    ("2, Squeeze, [c2]", "2, Squeeze, []"),
    ("2, Squeeze, [c2]", "2, Squeeze, {c2: 8, ration: 4}"),
]

MORE_BLOCKS = "blocks: {More: {body: {a: [x, 1, Conv, [8]]}}}"


def schema(*operands):
    text = subprocess.run([GELAN, "schema", *operands], check=True, capture_output=True, text=True).stdout
    loaded = json.loads(text)
    jsonschema.Draft7Validator.check_schema(loaded)
    return jsonschema.Draft7Validator(loaded)


def with_text_keys(value):
    if isinstance(value, dict):
        return {str(key): with_text_keys(item) for key, item in value.items()}
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value


def is_valid(validator, text):
    return validator.is_valid(with_text_keys(yaml.safe_load(text)))


def replaced(part, other, good=GOOD):
    assert good.count(part) == 1, f"'{part}' is not there once"
    return good.replace(part, other)


def is_refused(text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        return subprocess.run([GELAN, "check", file.name], capture_output=True).returncode == 1


def includes(folder, text):
    """Whether a model may include a file of blocks with this text."""
    with open(os.path.join(folder, "blocks.yaml"), "w") as file:
        file.write(text)
    with open(os.path.join(folder, "model.yaml"), "w") as file:
        file.write("classes: 2\ninclude: blocks.yaml\nbackbone:\n  p1: [-1, 1, Conv, [16]]\n")
    return subprocess.run([GELAN, "check", os.path.join(folder, "model.yaml")], capture_output=True).returncode == 0


def check_blocks(expect):
    """Checks files of blocks; returns the number of invalid ones."""
    general = schema("--blocks")
    for path in glob.glob("models-yaml/**/*.yaml", recursive=True):
        with open(path) as file:
            text = file.read()
        if set(yaml.safe_load(text)) <= {"include", "blocks"}:
            expect(is_valid(general, text), f"{path} does not pass")
            expect(is_valid(schema(path), text), f"{path} does not pass with the schema of its own blocks")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "more.yaml"), "w") as file:
            file.write(MORE_BLOCKS)
        expect(includes(folder, GOOD_BLOCKS), "gelan itself refuses the good blocks")
        own = schema(os.path.join(folder, "blocks.yaml"))
        for validator in (general, own):
            expect(is_valid(validator, GOOD_BLOCKS), "the good blocks do not pass")
            expect(not is_valid(validator, "classes: 2\nbackbone: {p1: [-1, 1, Conv, [8]]}"), "a model passes for blocks")
        expect(is_valid(own, GOOD_BLOCKS.replace("2, Squeeze, [c2]", "2, More, []")), "an included block is not known")
        for part, other in BROKEN_BLOCKS:
            text = replaced(part, other, GOOD_BLOCKS)
            expect(not is_valid(general, text), f"'{other}' passes for '{part}'")
        for part, other in BROKEN_BLOCKS + BROKEN_BLOCKS_WITH_BLOCKS:
            text = replaced(part, other, GOOD_BLOCKS)
            expect(not is_valid(own, text), f"'{other}' passes for '{part}' with the schema of its own blocks")
            expect(not includes(folder, text), f"gelan itself accepts '{other}' for '{part}'")
    return len(BROKEN_BLOCKS) + len(BROKEN_BLOCKS_WITH_BLOCKS)


def main():
    failures = []

    def expect(condition, what):
        if not condition:
            failures.append(what)

    general = schema()
    models = []
    for path in sorted(glob.glob("models-yaml/**/*.yaml", recursive=True) + glob.glob("Tests/Fixtures/**/*.yaml", recursive=True)):
        with open(path) as file:
            text = file.read()
        if not isinstance(yaml.safe_load(text).get("backbone"), dict):
            continue  # the list dialect, or a file of blocks
        models.append(path)
        expect(is_valid(general, text), f"{path} does not pass")
        expect(is_valid(schema(path), text), f"{path} does not pass with the schema of its own blocks")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(GOOD)
        file.flush()
        own = schema(file.name)
    for validator in (general, own):
        for error in validator.iter_errors(with_text_keys(yaml.safe_load(GOOD))):
            failures.append(f"the good model does not pass: {error.message}")
    for part, other in BROKEN:
        text = replaced(part, other)
        expect(not is_valid(general, text), f"'{other}' passes for '{part}'")
        expect(not is_valid(own, text), f"'{other}' passes for '{part}' with the schema of its own blocks")
        expect(is_refused(text), f"gelan itself accepts '{other}' for '{part}'")
    for part, other in BROKEN_WITH_BLOCKS:
        text = replaced(part, other)
        expect(not is_valid(own, text), f"'{other}' passes for '{part}' with the schema of its own blocks")
        expect(is_refused(text), f"gelan itself accepts '{other}' for '{part}'")
    without_blocks = GOOD[: GOOD.index("include:")] + GOOD[GOOD.index("backbone:") :].replace("Squeeze", "Conv")
    expect(is_valid(general, without_blocks), "a model without blocks of its own does not pass")
    wrong = without_blocks.replace("DDetect", "DDetcet")
    expect(not is_valid(general, wrong), "a model without blocks of its own may call any block")
    broken = len(BROKEN) + len(BROKEN_WITH_BLOCKS) + 1
    blocks = check_blocks(expect)
    print("\n".join(failures) or f"{len(models)} models pass, {broken} broken ones and {blocks} broken files of blocks do not")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
