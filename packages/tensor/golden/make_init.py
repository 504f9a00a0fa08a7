"""Writes torch_init.json: what torch.nn.init makes of a seed on the CPU.

    python packages/tensor/golden/make_init.py
"""

import json
import pathlib

import torch
from torch.nn import init

from cases import plain
from make_modules import snake, snaked

texts = {"fanIn": "fan_in", "fanOut": "fan_out", "leakyRelu": "leaky_relu"}


def run(name, shape, options):
    torch.manual_seed(11)
    tensor = torch.empty(shape)
    given = {key: texts.get(value, value) for key, value in snaked(options).items()}
    getattr(init, f"{snake(name)}_")(tensor, **given)
    return {"name": name, "shape": shape, "options": options, "values": plain(tensor.reshape(-1).tolist())}


cases = [
    ("uniform", [3, 7], {}),
    ("uniform", [3, 7], {"a": -0.37, "b": 0.713}),
    ("normal", [5], {}),
    ("normal", [4, 6], {"mean": 0.5, "std": 0.02}),
    ("truncNormal", [4, 6], {}),
    ("truncNormal", [40], {"mean": 0.1, "std": 0.5, "a": -0.5, "b": 0.25}),
    ("truncNormal", [4, 6], {"mean": 0.0, "std": 1.0, "a": 1.5, "b": 2.5}),
    ("ones", [2, 3], {}),
    ("zeros", [2, 3], {}),
    ("eye", [3, 5], {}),
    ("xavierUniform", [4, 6], {}),
    ("xavierUniform", [4, 6, 2], {"gain": 1.5}),
    ("xavierNormal", [4, 6], {"gain": 0.5}),
    ("kaimingUniform", [4, 6], {}),
    ("kaimingUniform", [4, 6], {"a": 2.2360679774997896}),
    ("kaimingUniform", [4, 6], {"mode": "fanOut", "nonlinearity": "relu"}),
    ("kaimingNormal", [4, 6], {"nonlinearity": "tanh"}),
    ("kaimingNormal", [4, 3, 2], {"a": 0.2, "mode": "fanOut"}),
    ("orthogonal", [4, 4], {}),
    ("orthogonal", [3, 5], {"gain": 2.0}),
    ("orthogonal", [6, 2], {}),
    ("orthogonal", [2, 3, 2], {}),
    ("sparse", [6, 4], {"sparsity": 0.3}),
    ("sparse", [5, 5], {"sparsity": 0.5, "std": 1.0}),
]

gains = [["linear", None], ["sigmoid", None], ["tanh", None], ["relu", None], ["leakyRelu", None], ["leakyRelu", 0.2], ["selu", None]]
written = {
    "cases": [run(*case) for case in cases],
    "gains": [[name, param, init.calculate_gain(texts.get(name, name), param)] for name, param in gains],
}
lines = ",\n".join(json.dumps(case) for case in written["cases"])
text = f'{{"gains": {json.dumps(written["gains"])},\n"cases": [\n{lines}\n]}}\n'
(pathlib.Path(__file__).parent / "torch_init.json").write_text(text)
