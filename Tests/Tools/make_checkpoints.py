#!/usr/bin/env python3
"""Writes Tests/Fixtures/checkpoints: small files written by torch.save, and their content as read by torch.

    python3 Tests/Tools/make_checkpoints.py          (needs torch and safetensors; builds and tests do not)

Files of the older format name storages by their addresses, so their bytes differ between runs; their content does not.
expected.safetensors has the tensors of all files, each under the file's name and its own: "views/rows.weight".
"""

import collections
import os
import sys
import types

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures", "checkpoints")
EXPECTED = {}


def stand_in(module, name, base=nn.Module):
    """A class that a reader cannot import, since its module exists only in this process."""
    made = type(name, (base,), {})
    made.__module__ = module
    holder = sys.modules.setdefault(module, types.ModuleType(module))
    setattr(holder, name, made)
    return made


for package in ["models"]:
    sys.modules.setdefault(package, types.ModuleType(package))
DetectionModel = stand_in("models.yolo", "DetectionModel")
Head = stand_in("models.yolo", "Head")
Conv = stand_in("models.common", "Conv")
RepConv = stand_in("models.common", "RepConv")


def random(*shape):
    return torch.rand(*shape, generator=GENERATOR) - 0.5


def conv(inputs, outputs, kernel):
    module = Conv()
    module.conv = nn.Conv2d(inputs, outputs, kernel, bias=False)
    module.bn = nn.BatchNorm2d(outputs, eps=1e-3)
    module.act = nn.SiLU()
    return module


def tiny(classes):
    """The model of tiny.yaml: two rows and a head of plain convolutions."""
    model = DetectionModel()
    rep = RepConv()
    rep.conv1, rep.conv2 = conv(4, 4, 3), conv(4, 4, 1)
    head = Head()
    head.near = nn.Conv2d(4, 16 + classes, 1)
    head.dfl = nn.Module()
    head.dfl.conv = nn.Conv2d(4, 1, 1, bias=False)
    head.nc = classes
    model.model = nn.Sequential(conv(3, 4, 3), rep, head)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith("running_var"):
                value.copy_(random(*value.shape) + 1)
            elif name.endswith("num_batches_tracked"):
                value.fill_(7)
            else:
                value.copy_(random(*value.shape))
        head.dfl.conv.weight.copy_(torch.arange(4.0).view(1, 4, 1, 1))
    model.names = {0: "cat", 1: "dog", 2: "bird"}
    model.stride = torch.tensor([2.0])
    model.yaml_file = "somewhere/tiny.yaml"
    return model


def write(name, value, tensors, **options):
    path = os.path.join(FOLDER, name + ".pt")
    # The archive's folder is named after the file, so the name must not depend on the machine.
    torch.save(value, path, **options)
    for key, tensor in tensors.items():
        EXPECTED[f"{name}/{key}"] = tensor.detach().clone().contiguous()


class Command:
    """The call in a malicious pickle; reading the file must not execute it."""

    def __reduce__(self):
        return os.system, ("touch /tmp/gelan-was-here",)


os.makedirs(FOLDER, exist_ok=True)
GENERATOR = torch.Generator().manual_seed(9)

plain = collections.OrderedDict(weight=random(2, 3), bias=random(3), steps=torch.tensor(5))
write("state-dict", plain, plain)
write("legacy", {"state_dict": plain, "epoch": 3}, plain, _use_new_zipfile_serialization=False)
write("protocol-4", plain, plain, pickle_protocol=4)
write("protocol-5", plain, plain, pickle_protocol=5)

kinds = {
    "fp64": random(3).double(), "fp32": random(3), "fp16": random(3).half(), "bf16": random(3).bfloat16(),
    "int64": torch.tensor([-1, 2**40]), "int32": torch.tensor([-7, 2**30], dtype=torch.int32),
    "int16": torch.tensor([-300, 300], dtype=torch.int16), "int8": torch.tensor([-5, 100], dtype=torch.int8),
    "uint8": torch.tensor([5, 250], dtype=torch.uint8), "bool": torch.tensor([True, False, True]),
    "single": torch.tensor(2.5), "empty": torch.zeros(0, 4),
}
write("types", kinds, kinds)

base = random(4, 6)
views = {
    "whole": base, "transposed": base.t(), "rows": base[1:3], "columns": base[:, 2:5], "every.other": base[::2, ::3],
    "repeated": base[0, :1].expand(5), "permuted": random(2, 3, 4).permute(2, 0, 1), "same": base,
    "parameter": nn.Parameter(base[2]),
}
write("views", views, views)

model = tiny(3)
average = tiny(3)
modules = {"model": model.half(), "ema": average.half(), "epoch": 12, "date": "2024-05-01T10:00:00", "optimizer": None}
write("modules", modules, {key: value for key, value in average.state_dict().items()})
EXPECTED.update({f"modules-model/{key}": value for key, value in model.state_dict().items()})

shared = DetectionModel()
shared.one = nn.Linear(2, 2)
shared.two = shared.one
shared.register_buffer("kept", random(2))
shared.register_buffer("lost", random(2), persistent=False)
with torch.no_grad():
    shared.one.weight.copy_(random(2, 2))
    shared.one.bias.copy_(random(2))
write("shared-modules", shared, shared.state_dict())
write("legacy-modules", {"ema": shared, "epoch": 1}, shared.state_dict(), _use_new_zipfile_serialization=False)
write("legacy-views", views, views, _use_new_zipfile_serialization=False)

write("command", {"model": plain, "note": Command()}, plain)

buffer = {key: value.clone() for key, value in EXPECTED.items()}
save_file(buffer, os.path.join(FOLDER, "expected.safetensors"))
for file in sorted(os.listdir(FOLDER)):
    print(file, os.path.getsize(os.path.join(FOLDER, file)))
