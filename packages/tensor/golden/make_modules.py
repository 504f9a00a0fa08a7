"""Writes torch_modules.json: weights, values and gradients of torch.nn modules made from a seed.

    python packages/tensor/golden/make_modules.py
"""

import json
import pathlib
import re

import torch
from torch import nn

from cases import numbers, plain


def snake(name):
    return re.sub(r"([A-Z])", lambda letter: "_" + letter[1].lower(), name)


def snaked(options):
    return {snake(name): value for name, value in options.items()}


def build(module, options):
    if module == "Sequential":
        return nn.Sequential(*(build(*part) for part in options))
    if module == "TransformerEncoder":
        norm = options.get("norm")
        return nn.TransformerEncoder(
            build("TransformerEncoderLayer", options["encoderLayer"]),
            num_layers=options["numLayers"],
            norm=build("LayerNorm", norm) if norm else None,
            enable_nested_tensor=False,
        )
    return getattr(nn, module)(**snaked(options))


def mask(given):
    if not isinstance(given, dict):
        return given
    values = torch.tensor([float(value) for value in given["values"]]).reshape(given["shape"])
    return values.bool() if given["dtype"] == "bool" else values


def run(module, options, shapes, call):
    torch.manual_seed(7)
    built = build(module, options)
    if module == "Embedding":
        count = options["numEmbeddings"]
        inputs = [(8 * numbers(shape, 37, 11 + 5 * i, 23) + 11).long() % count for i, shape in enumerate(shapes)]
    else:
        inputs = [numbers(shape, 37, 11 + 5 * i, 23).requires_grad_() for i, shape in enumerate(shapes)]
    given = inputs * 3 if module == "MultiheadAttention" and len(inputs) == 1 else inputs
    state = {name: {"shape": list(value.shape), "data": plain(value.reshape(-1).tolist())} for name, value in built.state_dict().items()}
    outputs = built(*given, **{snake(name): mask(value) for name, value in call.items()})
    outputs = [output for output in (outputs if isinstance(outputs, tuple) else (outputs,)) if output is not None]
    flat = torch.cat([output.reshape(-1) for output in outputs])
    if flat.requires_grad:
        (flat * numbers([flat.numel()], 29, 5, 19)).sum().backward()
    return {
        "module": module,
        "options": options,
        "shapes": shapes,
        "call": call,
        "state": state,
        "outputs": [list(output.shape) for output in outputs],
        "values": plain(flat.tolist()),
        "gradients": {name: plain(value.grad.reshape(-1).tolist()) for name, value in built.named_parameters()},
        "inputGradients": [plain(x.grad.reshape(-1).tolist()) for x in inputs if x.is_floating_point()],
    }


def boolean(shape, factor):
    """Of each row something is seen."""
    count = torch.Size(shape).numel()
    return {"shape": shape, "dtype": "bool", "values": [int(i % shape[-1] != 0 and i * factor % 3 == 0) for i in range(count)]}


def added(shape):
    return {"shape": shape, "dtype": "f32", "values": plain(numbers(shape, 13, 3, 17).reshape(-1).tolist())}


causal = {"shape": [4, 4], "dtype": "bool", "values": [int(i % 4 > i // 4) for i in range(16)]}
wide = {"embedDim": 4, "numHeads": 2}
layer = {"dModel": 4, "nhead": 2, "dimFeedforward": 6, "dropout": 0.0}

cases = [
    ("Linear", {"inFeatures": 3, "outFeatures": 5}, [[2, 3]], {}),
    ("Linear", {"inFeatures": 4, "outFeatures": 2, "bias": False}, [[2, 3, 4]], {}),
    ("Sequential", [["Linear", {"inFeatures": 3, "outFeatures": 4}], ["ReLU", {}], ["Linear", {"inFeatures": 4, "outFeatures": 2}]], [[5, 3]], {}),
    ("Embedding", {"numEmbeddings": 5, "embeddingDim": 4}, [[2, 3]], {}),
    ("Embedding", {"numEmbeddings": 6, "embeddingDim": 3, "paddingIdx": 2}, [[7]], {}),
    ("Embedding", {"numEmbeddings": 6, "embeddingDim": 3, "paddingIdx": -1}, [[2, 2, 3]], {}),
    ("LayerNorm", {"normalizedShape": 5}, [[3, 5]], {}),
    ("LayerNorm", {"normalizedShape": [2, 3], "eps": 0.01}, [[4, 2, 3]], {}),
    ("LayerNorm", {"normalizedShape": [4], "bias": False}, [[2, 3, 4]], {}),
    ("LayerNorm", {"normalizedShape": [3, 2], "elementwiseAffine": False}, [[2, 3, 2]], {}),
    ("RMSNorm", {"normalizedShape": 5}, [[3, 5]], {}),
    ("RMSNorm", {"normalizedShape": [2, 3], "eps": 0.01}, [[4, 2, 3]], {}),
    ("RMSNorm", {"normalizedShape": 4, "elementwiseAffine": False}, [[2, 4]], {}),
    ("Dropout", {"p": 0.0}, [[2, 3]], {}),
    *((name, {}, [[2, 9]], {}) for name in ["Identity", "ReLU", "GELU", "Tanh", "Sigmoid", "SiLU", "LeakyReLU", "ELU", "Softplus"]),
    ("GELU", {"approximate": "tanh"}, [[9]], {}),
    ("LeakyReLU", {"negativeSlope": 0.2}, [[9]], {}),
    ("ELU", {"alpha": 0.5}, [[9]], {}),
    ("Softplus", {"beta": 2.0, "threshold": 1.5}, [[2, 9]], {}),
    ("Softmax", {"dim": -1}, [[2, 5]], {}),
    ("Softmax", {"dim": 0}, [[3, 5]], {}),
    ("LogSoftmax", {"dim": 1}, [[2, 3, 4]], {}),
    ("MultiheadAttention", wide, [[3, 2, 4]], {}),
    ("MultiheadAttention", {**wide, "bias": False, "batchFirst": True}, [[2, 3, 4]], {"averageAttnWeights": False}),
    ("MultiheadAttention", wide, [[3, 4]], {}),
    ("MultiheadAttention", {**wide, "batchFirst": True}, [[2, 4, 4]], {"attnMask": causal, "needWeights": False}),
    ("MultiheadAttention", {**wide, "batchFirst": True}, [[2, 4, 4]], {"attnMask": causal, "isCausal": True, "needWeights": False}),
    ("MultiheadAttention", wide, [[4, 2, 4]], {"keyPaddingMask": boolean([2, 4], 2), "attnMask": boolean([4, 4], 7)}),
    ("MultiheadAttention", wide, [[4, 2, 4]], {"attnMask": boolean([4, 4, 4], 7)}),
    ("MultiheadAttention", wide, [[4, 2, 4]], {"keyPaddingMask": added([2, 4]), "attnMask": added([4, 4]), "needWeights": False}),
    ("MultiheadAttention", wide, [[3, 2, 4], [5, 2, 4], [5, 2, 4]], {"keyPaddingMask": boolean([2, 5], 2)}),
    ("MultiheadAttention", {**wide, "kdim": 3, "vdim": 5, "batchFirst": True}, [[2, 3, 4], [2, 2, 3], [2, 2, 5]], {}),
    ("MultiheadAttention", {**wide, "addBiasKv": True}, [[3, 2, 4]], {"attnMask": boolean([3, 3], 5)}),
    ("MultiheadAttention", {**wide, "addBiasKv": True, "addZeroAttn": True}, [[3, 2, 4]], {"keyPaddingMask": boolean([2, 3], 2)}),
    ("TransformerEncoderLayer", layer, [[3, 2, 4]], {}),
    ("TransformerEncoderLayer", {**layer, "activation": "gelu", "normFirst": True, "batchFirst": True}, [[2, 4, 4]], {"srcMask": causal, "isCausal": True}),
    ("TransformerEncoderLayer", {**layer, "bias": False, "layerNormEps": 0.01}, [[3, 2, 4]], {"srcKeyPaddingMask": boolean([2, 3], 2)}),
    ("TransformerEncoderLayer", layer, [[3, 4]], {}),
    ("TransformerEncoder", {"encoderLayer": {**layer, "batchFirst": True}, "numLayers": 2, "norm": {"normalizedShape": 4}}, [[2, 4, 4]], {"mask": causal, "srcKeyPaddingMask": boolean([2, 4], 2)}),
    ("TransformerEncoder", {"encoderLayer": {**layer, "normFirst": True}, "numLayers": 2}, [[3, 1, 4]], {}),
]

if __name__ == "__main__":
    lines = ",\n".join(json.dumps(run(*case)) for case in cases)
    (pathlib.Path(__file__).parent / "torch_modules.json").write_text(f"[\n{lines}\n]\n")
