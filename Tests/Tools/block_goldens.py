#!/usr/bin/env python3
"""Writes Tests/Fixtures/blocks/*.safetensors: the results of PyTorch for every standard block.

A file holds a small model in gelan's own dialect (metadata "model"), an image ("images"), the weights under the names
that official checkpoints use ("model.<row>.…"), and PyTorch's results ("output0", …, "auxiliary0", …). Weights and
images are stored in fp16, which represents them exactly; the results are in fp32.

The modules below follow the blocks' published definitions and share no code with gelan;
Tests/RuntimeTests/BlockGoldenTests.swift compares the two.

Only needed to add a case or a block; the files are part of the repository. Needs torch and safetensors:

    python3 Tests/Tools/block_goldens.py
"""

import math
import pathlib
import zlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "blocks"

# --- convolutions ---


class Conv(nn.Module):
    def __init__(self, c1, c2, k=1, s=1, p=None, g=1, d=1, act=nn.SiLU()):
        super().__init__()
        if p is None:
            p = (d * (k - 1) + 1) // 2
        self.conv = nn.Conv2d(c1, c2, k, s, p, dilation=d, groups=g, bias=False)
        self.bn = nn.BatchNorm2d(c2)
        self.act = act

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


def dw_conv(c1, c2, k=1, s=1, d=1, act=nn.SiLU()):
    return Conv(c1, c2, k, s, g=math.gcd(c1, c2), d=d, act=act)


class RepConvN(nn.Module):
    def __init__(self, c1, c2, k=3, s=1, p=1, g=1, act=nn.SiLU()):
        super().__init__()
        self.conv1 = Conv(c1, c2, k, s, p, g, act=nn.Identity())
        self.conv2 = Conv(c1, c2, 1, s, p - k // 2, g, act=nn.Identity())
        self.act = act

    def forward(self, x):
        return self.act(self.conv1(x) + self.conv2(x))


class AConv(nn.Module):
    def __init__(self, c1, c2):
        super().__init__()
        self.cv1 = Conv(c1, c2, 3, 2, 1)

    def forward(self, x):
        return self.cv1(F.avg_pool2d(x, kernel_size=2, stride=1, padding=0))


class ADown(nn.Module):
    def __init__(self, c1, c2):
        super().__init__()
        self.cv1 = Conv(c1 // 2, c2 // 2, 3, 2, 1)
        self.cv2 = Conv(c1 // 2, c2 // 2, 1, 1, 0)

    def forward(self, x):
        first, second = F.avg_pool2d(x, kernel_size=2, stride=1, padding=0).chunk(2, dim=1)
        second = F.max_pool2d(second, kernel_size=3, stride=2, padding=1)
        return torch.cat([self.cv1(first), self.cv2(second)], dim=1)


# --- pooling ---


def same_max(x, k):
    return F.max_pool2d(x, kernel_size=k, stride=1, padding=k // 2)


class SP(nn.Module):
    def __init__(self, k=3, s=1):
        super().__init__()
        self.k, self.s = k, s

    def forward(self, x):
        return F.max_pool2d(x, kernel_size=self.k, stride=self.s, padding=self.k // 2)


class SPP(nn.Module):
    def __init__(self, c1, c2, k=(5, 9, 13)):
        super().__init__()
        self.k = k
        self.cv1 = Conv(c1, c1 // 2)
        self.cv2 = Conv(c1 // 2 * (1 + len(k)), c2)

    def forward(self, x):
        x = self.cv1(x)
        return self.cv2(torch.cat([x] + [same_max(x, k) for k in self.k], dim=1))


class SPPF(nn.Module):
    def __init__(self, c1, c2, k=5):
        super().__init__()
        self.k = k
        self.cv1 = Conv(c1, c1 // 2)
        self.cv2 = Conv(c1 // 2 * 4, c2)

    def forward(self, x):
        maps = [self.cv1(x)]
        for _ in range(3):
            maps.append(same_max(maps[-1], self.k))
        return self.cv2(torch.cat(maps, dim=1))


class SPPELAN(nn.Module):
    def __init__(self, c1, c2, c3):
        super().__init__()
        self.cv1 = Conv(c1, c3)
        self.cv5 = Conv(4 * c3, c2)

    def forward(self, x):
        maps = [self.cv1(x)]
        for _ in range(3):
            maps.append(same_max(maps[-1], 5))
        return self.cv5(torch.cat(maps, dim=1))


class SPPCSPC(nn.Module):
    def __init__(self, c1, c2, e=0.5, k=(5, 9, 13)):
        super().__init__()
        c_ = int(2 * c2 * e)
        self.k = k
        self.cv1 = Conv(c1, c_)
        self.cv2 = Conv(c1, c_)
        self.cv3 = Conv(c_, c_, 3)
        self.cv4 = Conv(c_, c_)
        self.cv5 = Conv((1 + len(k)) * c_, c_)
        self.cv6 = Conv(c_, c_, 3)
        self.cv7 = Conv(2 * c_, c2)

    def forward(self, x):
        y = self.cv4(self.cv3(self.cv1(x)))
        y = torch.cat([y] + [same_max(y, k) for k in self.k], dim=1)
        return self.cv7(torch.cat([self.cv6(self.cv5(y)), self.cv2(x)], dim=1))


class SPPCSPConv(SPPCSPC):
    """The variant of the MIT-licensed YOLO: each max pooling reads the result of the previous one."""

    def forward(self, x):
        maps = [self.cv4(self.cv3(self.cv1(x)))]
        for k in self.k:
            maps.append(same_max(maps[-1], k))
        return self.cv7(torch.cat([self.cv6(self.cv5(torch.cat(maps, dim=1))), self.cv2(x)], dim=1))


# --- residual blocks and cross-stage partial networks ---


class Residual(nn.Module):
    """Adds the input to the result of `steps`, when requested and when the shapes are equal."""

    def __init__(self, c1, c2, shortcut, **steps):
        super().__init__()
        self.adds = shortcut and c1 == c2
        self.steps = list(steps)
        for name, step in steps.items():
            self.add_module(name, step)

    def forward(self, x):
        y = x
        for name in self.steps:
            y = getattr(self, name)(y)
        return x + y if self.adds else y


def bottleneck(c1, c2, shortcut=True, g=1, k=(1, 3), e=0.5, act=nn.SiLU()):
    c_ = int(c2 * e)
    return Residual(c1, c2, shortcut, cv1=Conv(c1, c_, k[0], act=act), cv2=Conv(c_, c2, k[1], g=g, act=act))


def rep_n_bottleneck(c1, c2, shortcut=True, g=1, k=(3, 3), e=0.5):
    c_ = int(c2 * e)
    return Residual(c1, c2, shortcut, cv1=RepConvN(c1, c_, k[0]), cv2=Conv(c_, c2, k[1], g=g))


def res(c1, c2, shortcut=True, g=1, e=0.5):
    c_ = int(c2 * e)
    return Residual(c1, c2, shortcut, cv1=Conv(c1, c_), cv2=Conv(c_, c_, 3, g=g), cv3=Conv(c_, c2))


def rep_n_res(c1, c2, shortcut=True, g=1, e=0.5):
    c_ = int(c2 * e)
    return Residual(c1, c2, shortcut, cv1=Conv(c1, c_), cv2=RepConvN(c_, c_, g=g), cv3=Conv(c_, c2))


class BottleneckCSP(nn.Module):
    """Its own activation is always SiLU."""

    def __init__(self, c1, c2, n=1, shortcut=True, g=1, e=0.5, act=nn.SiLU()):
        super().__init__()
        c_ = int(c2 * e)
        self.cv1 = Conv(c1, c_, act=act)
        self.cv2 = nn.Conv2d(c1, c_, 1, bias=False)
        self.cv3 = nn.Conv2d(c_, c_, 1, bias=False)
        self.cv4 = Conv(2 * c_, c2, act=act)
        self.bn = nn.BatchNorm2d(2 * c_)
        self.m = nn.Sequential(*(bottleneck(c_, c_, shortcut, g, e=1.0, act=act) for _ in range(n)))

    def forward(self, x):
        joined = torch.cat([self.cv3(self.m(self.cv1(x))), self.cv2(x)], dim=1)
        return self.cv4(F.silu(self.bn(joined)))


class PartialNetwork(nn.Module):
    def __init__(self, step, c1, c2, n=1, shortcut=True, g=1, e=0.5):
        super().__init__()
        c_ = int(c2 * e)
        self.cv1 = Conv(c1, c_)
        self.cv2 = Conv(c1, c_)
        self.cv3 = Conv(2 * c_, c2)
        self.m = nn.Sequential(*(step(c_, c_, shortcut, g, e=1.0) for _ in range(n)))

    def forward(self, x):
        return self.cv3(torch.cat([self.m(self.cv1(x)), self.cv2(x)], dim=1))


def csp(*arguments, **named):
    return PartialNetwork(bottleneck, *arguments, **named)


def rep_n_csp(*arguments, **named):
    return PartialNetwork(rep_n_bottleneck, *arguments, **named)


# --- efficient layer aggregation ---


class Aggregation(nn.Module):
    """cv1, split in two; cv2 and cv3 on the second part; all four concatenated; cv4."""

    def __init__(self, cv1, cv2, cv3, cv4):
        super().__init__()
        self.cv1, self.cv2, self.cv3, self.cv4 = cv1, cv2, cv3, cv4

    def forward(self, x):
        maps = list(self.cv1(x).chunk(2, dim=1))
        maps.append(self.cv2(maps[1]))
        maps.append(self.cv3(maps[2]))
        return self.cv4(torch.cat(maps, dim=1))


def elan1(c1, c2, c3, c4):
    return Aggregation(Conv(c1, c3), Conv(c3 // 2, c4, 3), Conv(c4, c4, 3), Conv(c3 + 2 * c4, c2))


def rep_n_csp_elan4(c1, c2, c3, c4, c5=1):
    def step(c):
        return nn.Sequential(rep_n_csp(c, c4, c5), Conv(c4, c4, 3))

    return Aggregation(Conv(c1, c3), step(c3 // 2), step(c4), Conv(c3 + 2 * c4, c2))


# --- connections ---


class Function(nn.Module):
    """A block without weights; several sources are passed as one list."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class CBLinear(nn.Module):
    def __init__(self, c1, c2s, k=1, s=1, p=None, g=1):
        super().__init__()
        self.c2s = c2s
        self.conv = nn.Conv2d(c1, sum(c2s), k, s, k // 2 if p is None else p, groups=g, bias=True)

    def forward(self, x):
        return self.conv(x).split(self.c2s, dim=1)


def cb_fuse(index):
    def fuse(x):
        size = x[-1].shape[2:]
        return sum((F.interpolate(maps[i], size=size, mode="nearest") for maps, i in zip(x, index)), x[-1])

    return Function(fuse)


def re_org():
    # The column within a 2×2 square changes slowest among the four copies.
    return Function(lambda x: torch.cat([x[..., dy::2, dx::2] for dx in (0, 1) for dy in (0, 1)], dim=1))


def contract(gain):
    places = [(dy, dx) for dy in range(gain) for dx in range(gain)]
    return Function(lambda x: torch.cat([x[..., dy::gain, dx::gain] for dy, dx in places], dim=1))


def expand(gain):
    def spread(x):
        n, c, h, w = x.shape
        pieces = x.reshape(n, gain, gain, c // gain**2, h, w)
        return torch.einsum("nyxchw->nchywx", pieces).reshape(n, c // gain**2, h * gain, w * gain)

    return Function(spread)


class ImplicitA(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.implicit = nn.Parameter(torch.zeros(1, c, 1, 1))

    def forward(self, x):
        return self.implicit + x


class ImplicitM(ImplicitA):
    def forward(self, x):
        return self.implicit * x


# --- detection heads ---

BINS = 16


def head_branch(c1, c, out, g=1):
    return nn.Sequential(Conv(c1, c, 3), Conv(c, c, 3, g=g), nn.Conv2d(c, out, 1, groups=g))


class Branches(nn.ModuleList):
    def forward(self, x):
        return [branch(level) for branch, level in zip(self, x)]


def box_branches(widths, g):
    c = max(widths[0] // 4, 4 * BINS, 16)
    return Branches(head_branch(width, math.ceil(c / g) * g, 4 * BINS, g) for width in widths)


def class_branches(widths, nc, hidden=None):
    hidden = max(widths[0], min(2 * nc, 128)) if hidden is None else hidden
    return Branches(head_branch(width, hidden, nc) for width in widths)


class DFL(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(BINS, 1, 1, bias=False)
        self.conv.weight.data[:] = torch.arange(BINS).view(1, BINS, 1, 1)

    def forward(self, boxes, classes, strides):
        """Centre, width and height in pixels, and the classes' probabilities, of all cells of all levels."""
        cells, sizes = [], []
        for level, stride in zip(boxes, strides):
            height, width = level.shape[2:]
            y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
            cells.append(torch.stack([x.flatten(), y.flatten()]))
            sizes.append(torch.full((height * width,), float(stride)))
        boxes = torch.cat([level.flatten(2) for level in boxes], dim=2)
        classes = torch.cat([level.flatten(2) for level in classes], dim=2)
        shares = boxes.view(1, 4, BINS, -1).softmax(dim=2)
        left_top, right_bottom = self.conv(shares.transpose(1, 2)).view(1, 4, -1).chunk(2, dim=1)
        cells = torch.cat(cells, dim=1)
        first, last = cells - left_top, cells + right_bottom
        boxes = torch.cat([(first + last) / 2, last - first], dim=1) * torch.cat(sizes)
        return torch.cat([boxes, classes.sigmoid()], dim=1)


class Head(nn.Module):
    """One, two or three groups of levels; the last group's predictions come first in the result."""

    def __init__(self, nc, widths, strides, groups=1, g=1):
        super().__init__()
        self.groups, self.strides = groups, strides
        self.size = len(widths) // groups
        for group in range(groups):
            levels = widths[group * self.size : (group + 1) * self.size]
            self.add_module(f"cv{2 * group + 2}", box_branches(levels, g))
            self.add_module(f"cv{2 * group + 3}", class_branches(levels, nc))
            self.add_module(self.decoder(group), DFL())

    @staticmethod
    def decoder(group):
        return "dfl" if group == 0 else f"dfl{group + 1}"

    def forward(self, x):
        results = []
        for group in range(self.groups):
            levels = x[group * self.size : (group + 1) * self.size]
            boxes = getattr(self, f"cv{2 * group + 2}")(levels)
            classes = getattr(self, f"cv{2 * group + 3}")(levels)
            results.append(getattr(self, self.decoder(group))(boxes, classes, self.strides))
        return {"main": results[-1], "auxiliary": results[:-1]}


class UltralyticsHead(Head):
    """A single head whose class branches have max(ch0, min(nc, 100)) hidden channels."""

    def __init__(self, nc, widths, strides):
        super().__init__(nc, widths, strides)
        self.cv3 = class_branches(widths, nc, max(widths[0], min(nc, 100)))


class DecodeLevels(nn.Module):
    def __init__(self, strides):
        super().__init__()
        self.strides = strides
        self.conv = DFL().conv

    def forward(self, x):
        return DFL.forward(self, x[0], x[1], self.strides)


# --- cases ---

CHANNELS = 6
CASES = {}


class Row:
    def __init__(self, name, source, block, arguments, module, number=1):
        self.name, self.source, self.block = name, source, block
        self.arguments, self.module, self.number = arguments, module, number

    @property
    def text(self):
        source = f"[{', '.join(self.source)}]" if isinstance(self.source, list) else self.source
        return f"  {self.name}: [{source}, {self.number}, {self.block}, {self.arguments}]"


def case(name, *rows, classes=1, activation=None, size=(8, 12)):
    assert name not in CASES, name
    text = [f"classes: {classes}", f"input: {list(size)}", f"channels: {CHANNELS}"]
    text += [f"activation: {activation}"] if activation else []
    CASES[name] = ("\n".join(text + ["backbone:"] + [row.text for row in rows]) + "\n", rows, size)


def single(name, block, arguments, module, **settings):
    case(name, Row("row", "images", block, arguments, module), **settings)


def pool(name, k, s, source="images"):
    return Row(name, source, "nn.MaxPool2d", f"[{k}, {s}]", nn.MaxPool2d(k, s))


def conv(name, c, k=1, s=1, source="images", c1=CHANNELS):
    return Row(name, source, "Conv", f"[{c}, {k}, {s}]", Conv(c1, c, k, s))


c = CHANNELS

for k in (1, 2, 3, 4, 6):
    for s in (1, 2):
        single(f"conv-k{k}-s{s}", "Conv", f"[7, {k}, {s}]", Conv(c, 7, k, s))
single("conv-defaults", "Conv", "[9]", Conv(c, 9))
single("conv-d2", "Conv", "{c2: 5, k: 3, d: 2}", Conv(c, 5, 3, d=2))
single("conv-d3-s2", "Conv", "{c2: 5, k: 3, s: 2, d: 3}", Conv(c, 5, 3, 2, d=3))
single("conv-k2-d2", "Conv", "{c2: 5, k: 2, d: 2}", Conv(c, 5, 2, d=2))
single("conv-k2-d3", "Conv", "{c2: 5, k: 2, d: 3}", Conv(c, 5, 2, d=3))
single("conv-k4-d2-s2", "Conv", "{c2: 5, k: 4, s: 2, d: 2}", Conv(c, 5, 4, 2, d=2))
single("conv-p0", "Conv", "[5, 3, 1, 0]", Conv(c, 5, 3, 1, 0))
single("conv-p2-s3", "Conv", "[5, 3, 3, 2]", Conv(c, 5, 3, 3, 2), size=(9, 12))
single("conv-g2", "Conv", "{c2: 8, k: 3, g: 2}", Conv(c, 8, 3, g=2))
single("conv-g3-s2", "Conv", "{c2: 9, k: 3, s: 2, g: 3}", Conv(c, 9, 3, 2, g=3))
single("conv-depthwise", "Conv", "[6, 5, 1, 2, 6]", Conv(c, 6, 5, 1, 2, 6))
single("conv-no-act", "Conv", "{c2: 7, k: 3, act: false}", Conv(c, 7, 3, act=nn.Identity()))
single("conv-relu", "Conv", "[7, 3, 1, none, 1, 1, nn.ReLU()]", Conv(c, 7, 3, act=nn.ReLU()))
case("conv-repeated", Row("row", "images", "Conv", "[6, 3]", nn.Sequential(Conv(c, 6, 3), Conv(6, 6, 3)), number=2))

for text, act in [
    ("SiLU", nn.SiLU()), ("ReLU", nn.ReLU()), ("ReLU6", nn.ReLU6()), ("LeakyReLU", nn.LeakyReLU()),
    ("LeakyReLU(0.2)", nn.LeakyReLU(0.2)), ("ELU", nn.ELU()), ("ELU(0.5)", nn.ELU(0.5)), ("GELU", nn.GELU()),
    ("Mish", nn.Mish()), ("Hardswish", nn.Hardswish()), ("Hardsigmoid", nn.Hardsigmoid()), ("Sigmoid", nn.Sigmoid()),
    ("Tanh", nn.Tanh()), ("Identity", nn.Identity()),
]:  # fmt: skip
    label = text.lower().replace("(", "-").replace(")", "").replace(".", "")
    # A gain of 4 reaches the breakpoints of ReLU6 and Hardswish.
    single(f"act-{label}", "Conv", f"{{c2: 5, act: {text}}}", Conv(c, 5, act=act))
    CASES[f"act-{label}"][1][0].module.gain = 4
single("act-of-model", "RepConvN", "[5]", RepConvN(c, 5, act=nn.Mish()), activation="Mish")
single("act-of-model-bottleneckcsp", "BottleneckCSP", "[8]", BottleneckCSP(c, 8, act=nn.ReLU()), activation="ReLU")

single("dwconv-defaults", "DWConv", "[4]", dw_conv(c, 4))
single("dwconv", "DWConv", "[6, 3]", dw_conv(c, 6, 3))
single("dwconv-widening-s2", "DWConv", "[12, 3, 2]", dw_conv(c, 12, 3, 2))
single("dwconv-common-factor", "DWConv", "[9, 5]", dw_conv(c, 9, 5))
single("dwconv-d2-relu", "DWConv", "[6, 3, 1, 2, ReLU]", dw_conv(c, 6, 3, d=2, act=nn.ReLU()))
single("repconvn", "RepConvN", "[8]", RepConvN(c, 8))
single("repconvn-same-width", "RepConvN", "[6, 3]", RepConvN(c, 6, 3))
single("repconvn-s2-g2", "RepConvN", "[8, 3, 2, 1, 2]", RepConvN(c, 8, 3, 2, 1, 2))
single("repconvn-g3-no-act", "RepConvN", "{c2: 6, g: 3, act: false}", RepConvN(c, 6, g=3, act=nn.Identity()))
single("repconvn-k5", "RepConvN", "[5, 5, 1, 2]", RepConvN(c, 5, 5, 1, 2))
single("aconv", "AConv", "[8]", AConv(c, 8))
single("adown", "ADown", "[8]", ADown(c, 8))

single("sp", "SP", "[]", SP())
single("sp-k5", "SP", "[5]", SP(5))
single("sp-k3-s2", "SP", "[3, 2]", SP(3, 2))
single("mp", "MP", "[]", nn.MaxPool2d(2, 2))
single("mp-k3", "MP", "[3]", nn.MaxPool2d(3, 3), size=(9, 12))
single("spp", "SPP", "[7]", SPP(c, 7))
single("spp-k3-k7", "SPP", "[7, [3, 7]]", SPP(c, 7, (3, 7)))
single("sppf", "SPPF", "[7]", SPPF(c, 7))
single("sppf-k3", "SPPF", "[7, 3]", SPPF(c, 7, 3))
single("sppelan", "SPPELAN", "[7, 5]", SPPELAN(c, 7, 5))
single("sppcspc", "SPPCSPC", "[6]", SPPCSPC(c, 6))
single("sppcspconv", "SPPCSPConv", "[6]", SPPCSPConv(c, 6))
single("sppcspc-e", "SPPCSPC", "{c2: 6, e: 0.3, k: [3, 7]}", SPPCSPC(c, 6, 0.3, (3, 7)))

single("bottleneck-add", "Bottleneck", "[6]", bottleneck(c, 6))
single("bottleneck-other-width", "Bottleneck", "[8]", bottleneck(c, 8))
single("bottleneck-no-shortcut", "Bottleneck", "[6, false, 3, [3, 3], 1.0]", bottleneck(c, 6, False, 3, (3, 3), 1.0))
single("repnbottleneck-add", "RepNBottleneck", "[6]", rep_n_bottleneck(c, 6))
single("repnbottleneck-no-add", "RepNBottleneck", "[6, false, 2, [3, 1], 0.7]",
       rep_n_bottleneck(c, 6, False, 2, (3, 1), 0.7))  # fmt: skip
single("repnbottleneck-other-width", "RepNBottleneck", "[7]", rep_n_bottleneck(c, 7))
single("res-add", "Res", "[6]", res(c, 6))
single("res-no-add", "Res", "[6, false, 2, 0.7]", res(c, 6, False, 2, 0.7))
single("res-other-width", "Res", "[7]", res(c, 7))
single("repnres-add", "RepNRes", "[6]", rep_n_res(c, 6))
single("repnres-no-add", "RepNRes", "[6, false, 3]", rep_n_res(c, 6, False, 3))
single("bottleneckcsp", "BottleneckCSP", "[8]", BottleneckCSP(c, 8))
single("bottleneckcsp-n2", "BottleneckCSP", "[7, 2, false]", BottleneckCSP(c, 7, 2, False))
single("csp", "CSP", "[8]", csp(c, 8))
single("csp-n2-g2", "CSP", "[8, 2, false, 2, 0.75]", csp(c, 8, 2, False, 2, 0.75))
for n in (0, 1, 2):
    single(f"repncsp-n{n}", "RepNCSP", f"[7, {n}]", rep_n_csp(c, 7, n))
single("repncsp-defaults", "RepNCSP", "[8]", rep_n_csp(c, 8))
single("repncsp-no-add-g2", "RepNCSP", "[8, 1, false, 2]", rep_n_csp(c, 8, 1, False, 2))
single("elan1", "ELAN1", "[7, 8, 5]", elan1(c, 7, 8, 5))
single("repncspelan4", "RepNCSPELAN4", "[7, 8, 6]", rep_n_csp_elan4(c, 7, 8, 6))
single("repncspelan4-c5", "RepNCSPELAN4", "[8, 8, 6, 2]", rep_n_csp_elan4(c, 8, 8, 6, 2))
# With an odd c3 the second part of cv1 is the smaller one, c3 // 2 wide.
single("elan1-odd-c3", "ELAN1", "[7, 7, 5]", elan1(c, 7, 7, 5))
single("repncspelan4-odd-c3", "RepNCSPELAN4", "[7, 9, 6]", rep_n_csp_elan4(c, 7, 9, 6))

case("concat", conv("a", 3), conv("b", 5, 3), Row("row", ["a", "b", "images", "a"], "Concat", "[1]",
     Function(lambda x: torch.cat(x, dim=1))))  # fmt: skip
case("shortcut", conv("a", 5), conv("b", 5, 3), Row("row", ["a", "b"], "Shortcut", "[]",
     Function(lambda x: x[0] + x[1])))  # fmt: skip
case("shortcut-ignores-third", conv("a", 6), Row("row", ["a", "images", "a"], "Shortcut", "[0]",
     Function(lambda x: x[0] + x[1])))  # fmt: skip
single("upsample", "Upsample", "[]", nn.Upsample(scale_factor=2))
case("upsample-3", pool("a", 2, 2), Row("row", "a", "Upsample", "[3]", nn.Upsample(scale_factor=3)))
case("silence", Row("picture", "images", "Silence", "[]", nn.Identity()), conv("a", 4, 3), conv("b", 6, 1, 1, "a", 4),
     Row("row", ["b", "picture"], "Shortcut", "[]", Function(lambda x: x[0] + x[1])))  # fmt: skip
single("cblinear", "CBLinear", "[[3, 8, 5]]", CBLinear(c, [3, 8, 5]))
single("cblinear-one", "CBLinear", "[[7]]", CBLinear(c, [7]))
single("cblinear-k3-s2-g2", "CBLinear", "[[4, 2], 3, 2, none, 2]", CBLinear(c, [4, 2], 3, 2, None, 2))
case("cbfuse", conv("p1", 8, 3), conv("p2", 8, 3, 2), conv("p3", 6, 3, 2, "p2", 8),
     Row("l1", "p1", "CBLinear", "[[5]]", CBLinear(8, [5])),
     Row("l2", "p2", "CBLinear", "[[3, 5]]", CBLinear(8, [3, 5])),
     Row("l3", "p3", "CBLinear", "[[3, 4, 5]]", CBLinear(6, [3, 4, 5])),
     conv("target", 5, 3, 2),
     Row("row", ["l1", "l2", "l3", "target"], "CBFuse", "[[0, 1, 2]]", cb_fuse([0, 1, 2])))  # fmt: skip
# 6×9 and 4×6 resized to 5×8: non-integer factors, in both directions.
case("cbfuse-uneven", pool("p2", 2, 2), pool("p3", 3, 3), pool("p4", 4, 2),
     Row("l2", "p2", "CBLinear", "[[2, 4]]", CBLinear(c, [2, 4])),
     Row("l3", "p3", "CBLinear", "[[4, 3]]", CBLinear(c, [4, 3])),
     conv("target", 4, 1, 1, "p4"),
     Row("row", ["l2", "l3", "target"], "CBFuse", "[[1, 0]]", cb_fuse([1, 0])), size=(12, 18))  # fmt: skip
single("reorg", "ReOrg", "[]", re_org())
single("contract", "Contract", "[]", contract(2))
single("contract-4", "Contract", "[4]", contract(4))
case("expand", conv("a", 12), Row("row", "a", "Expand", "[]", expand(2)))
case("expand-3", conv("a", 18, 3, 2), Row("row", "a", "Expand", "[3]", expand(3)))
single("implicita", "ImplicitA", "[]", ImplicitA(c))
single("implicitm", "ImplicitM", "[]", ImplicitM(c))
case("implicit-around-conv", Row("a", "images", "ImplicitA", "[]", ImplicitA(c)), conv("b", 5, 1, 1, "a"),
     Row("row", "b", "ImplicitM", "[]", ImplicitM(5)))  # fmt: skip

single("nn-upsample", "nn.Upsample", "[none, 2, nearest]", nn.Upsample(None, 2, "nearest"))
single("nn-conv2d", "nn.Conv2d", "[7, 3]", nn.Conv2d(c, 7, 3))
single("nn-conv2d-all", "nn.Conv2d", "[9, 3, 2, 2, 2, 3, false]", nn.Conv2d(c, 9, 3, 2, 2, 2, 3, False))
single("nn-maxpool2d", "nn.MaxPool2d", "[3]", nn.MaxPool2d(3), size=(9, 12))
single("nn-maxpool2d-s2-p1", "nn.MaxPool2d", "[3, 2, 1]", nn.MaxPool2d(3, 2, 1))
single("nn-zeropad2d", "nn.ZeroPad2d", "[2]", nn.ZeroPad2d(2))
single("nn-zeropad2d-sides", "nn.ZeroPad2d", "[[1, 2, 3, 0]]", nn.ZeroPad2d((1, 2, 3, 0)))
case("nn-zeropad2d-maxpool", conv("a", 4),
     Row("pad", "a", "nn.ZeroPad2d", "[[0, 1, 0, 1]]", nn.ZeroPad2d((0, 1, 0, 1))),
     Row("row", "pad", "nn.MaxPool2d", "[2, 1, 0]", nn.MaxPool2d(2, 1, 0)))  # fmt: skip
single("nn-identity", "nn.Identity", "[]", nn.Identity())
single("nn-batchnorm2d", "nn.BatchNorm2d", "[]", nn.BatchNorm2d(c))


def levels(widths, strides):
    """A row for each width; the strides repeat."""
    return [
        Row(f"p{i}", "images", "Conv", f"[{width}, 1, {s}, 0]", Conv(c, width, 1, s, 0))
        for i, width in enumerate(widths)
        for s in [strides[i % len(strides)]]
    ]


def head(block, nc, widths, strides, groups, g, module=None):
    rows = levels(widths, strides)
    module = module or Head(nc, widths, strides, groups, g)
    case(block.lower(), *rows, Row("detect", [row.name for row in rows], block, "[classes]", module), classes=nc)


single("headbranch", "HeadBranch", "[8, 6, 2]", head_branch(c, 8, 6, 2))
case("head-in-parts", *levels([9, 4], [2, 4]),
     Row("boxes", ["p0", "p1"], "BoxBranches", "[4]", box_branches([9, 4], 4)),
     Row("scores", ["p0", "p1"], "ClassBranches", "[classes]", class_branches([9, 4], 3)),
     Row("row", ["boxes", "scores"], "DecodeLevels", "[classes]", DecodeLevels([2, 4])), classes=3)  # fmt: skip
head("Detect", 3, [5], [4], 1, 1)
head("UltralyticsDetect", 7, [3, 5], [2, 4], 1, 1, UltralyticsHead(7, [3, 5], [2, 4]))
head("DDetect", 5, [3, 5], [2, 4], 1, 4)
head("DualDetect", 3, [3, 4], [2], 2, 1)
head("DualDDetect", 3, [3, 9], [2], 2, 4)
head("TripleDetect", 2, [2, 3, 4], [2], 3, 1)
head("TripleDDetect", 2, [2, 3, 4], [2], 3, 4)


# --- writing ---


def fits_half(tensor):
    return tensor.half().float()


def randomize(module, generator):
    """Random weights that keep the scale of activations about constant; a frozen DFL keeps its values."""
    gain = getattr(module, "gain", 1)

    def normal(like, mean, deviation):
        return fits_half(torch.randn(like.shape, generator=generator) * deviation + mean)

    for name, part in module.named_modules():
        if isinstance(part, nn.BatchNorm2d):
            part.eps = 1e-3
            part.weight.data = normal(part.weight, gain, 0.2 * gain)
            part.bias.data = normal(part.bias, 0, 0.3 * gain)
            part.running_mean = normal(part.running_mean, 0, 0.3)
            part.running_var = fits_half(torch.rand(part.running_var.shape, generator=generator) * 1.5 + 0.5)
        elif isinstance(part, nn.Conv2d):
            if torch.equal(part.weight.data.flatten(), torch.arange(BINS).float()):
                continue
            part.weight.data = normal(part.weight, 0, 1.5 / math.sqrt(part.weight[0].numel()))
            if part.bias is not None:
                part.bias.data = normal(part.bias, 0, 0.5)
        elif isinstance(part, ImplicitA):
            part.implicit.data = normal(part.implicit, 0.5, 0.5)


@torch.no_grad()
def golden(name, rows, size):
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    model = nn.ModuleList(row.module for row in rows).eval()
    randomize(rows[0].module if len(rows) == 1 else model, generator)
    images = fits_half(torch.randn(1, CHANNELS, *size, generator=generator))
    values = {"images": images}

    for row in rows:
        source = [values[name] for name in row.source] if isinstance(row.source, list) else values[row.source]
        values[row.name] = row.module(source)
    result = values[rows[-1].name]
    if not isinstance(result, dict):
        result = {"main": result, "auxiliary": []}
    main = result["main"] if isinstance(result["main"], (list, tuple)) else [result["main"]]
    tensors = {"images": images.half()}
    for key, tensor in model.state_dict(prefix="model.").items():
        if not key.endswith("num_batches_tracked"):
            assert torch.equal(fits_half(tensor), tensor), key
            tensors[key] = tensor.half()
    for kind, maps in [("output", main), ("auxiliary", result["auxiliary"])]:
        for position, tensor in enumerate(maps):
            tensors[f"{kind}{position}"] = tensor.float().contiguous()
    return {key: tensor.clone() for key, tensor in tensors.items()}


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stale in FOLDER.glob("*.safetensors"):
        stale.unlink()
    total = 0
    for name, (text, rows, size) in CASES.items():
        path = FOLDER / f"{name}.safetensors"
        save_file(golden(name, rows, size), path, metadata={"model": text})
        total += path.stat().st_size
    print(f"{len(CASES)} files, {total:,} bytes")


if __name__ == "__main__":
    main()
