"""Creates inputs and compares outputs of plans for the checks of processors; uses only Python's standard library.

    plan_outputs.py images FOLDER          writes gelan-t.images (256×256) and every-step.images (48×72), one image each
    plan_outputs.py compare A B [PX P]     prints the differences of two outputs; fails beyond PX pixels or P in probabilities
"""

import array
import json
import math
import random
import struct
import sys


def write_images(folder):
    # Squares of random colours: at 256×256 the cost model chooses each kernel for some step.
    random.seed(1)
    for name, height, width in [("gelan-t", 256, 256), ("every-step", 48, 72)]:
        images = array.array("f")
        for _ in range(3):  # channels
            squares = [[random.random() for _ in range(width // 8)] for _ in range(height // 8)]
            images.extend(
                0.9 * squares[y // 8][x // 8] + 0.1 * random.random() for y in range(height) for x in range(width)
            )
        data = images.tobytes()
        entry = {"dtype": "F32", "shape": [1, 3, height, width], "data_offsets": [0, len(data)]}
        header = json.dumps({"images": entry}).encode()
        with open(f"{folder}/{name}.images", "wb") as file:
            file.write(struct.pack("<Q", len(header)) + header + data)


def read_output(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8 : 8 + length])["output0"]
    start, end = entry["data_offsets"]
    return entry["shape"], array.array("f", data[8 + length + start : 8 + length + end])


def compare(path, other_path, pixel_bound=2e-3, probability_bound=1e-5):
    # The order of summation is the same on all processors except in Winograd's inner product; only some processors have
    # fused multiply-add, and AVX-512 uses an approximate reciprocal in activations. This changed boxes by 9e-5 px, three
    # units in the last place at 256, and probabilities by 1.2e-7. The bounds allow for kernels that round more, and are
    # far below the effect of a wrong lane or border.
    (shape, values), (_, others) = read_output(path), read_output(other_path)
    boxes = 4 * shape[2]
    differences = [abs(a - b) if math.isfinite(a) and math.isfinite(b) else math.inf for a, b in zip(values, others)]
    pixels, probability = max(differences[:boxes]), max(differences[boxes:])
    print(f"{pixels:.2g} px, {probability:.2g}")
    return len(values) == len(others) and pixels <= pixel_bound and probability <= probability_bound


match sys.argv[1:]:
    case ["images", folder]:
        write_images(folder)
    case ["compare", path, other_path, *bounds]:
        sys.exit(not compare(path, other_path, *map(float, bounds)))
    case _:
        sys.exit(__doc__)
