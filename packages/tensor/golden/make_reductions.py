"""Writes torch_reductions.json: values and gradients of reductions, by PyTorch.

    python packages/tensor/golden/make_reductions.py
"""

import torch

from cases import write


def options(given):
    """The options of the tensor package in PyTorch's names."""
    names = {"keepDim": "keepdim", "correction": "correction", "p": "ord"}
    return {names[name]: float(value) if name == "p" else value for name, value in given.items()}


def over(function):
    """A reduction over one, several or, where none is named, all dimensions."""
    return lambda x, dim=None, given={}: function(x, dim=list(range(x.dim())) if dim is None else dim, **options(given))


def product(x, dim=None, given={}):
    dims = sorted(d % max(1, x.dim()) for d in (range(x.dim()) if dim is None else [dim] if isinstance(dim, int) else dim))
    for d in reversed(dims):
        x = x.prod(d, keepdim=True)
    return x if given.get("keepDim") else x.squeeze(dims)


def truth(function):
    return lambda x, dim=None, given={}: function(x, **({} if dim is None else {"dim": dim}), **options(given)).float()


operations = {
    "sum": over(torch.sum),
    "mean": over(torch.mean),
    "prod": product,
    "max": over(torch.amax),
    "min": over(torch.amin),
    "logSumExp": over(torch.logsumexp),
    "variance": over(torch.var),
    "std": over(torch.std),
    "norm": over(torch.linalg.vector_norm),
    "any": truth(torch.any),
    "all": truth(torch.all),
    "argMax": truth(torch.argmax),
    "argMin": truth(torch.argmin),
    "softmax": lambda x, dim=-1: x.softmax(dim),
    "logSoftmax": lambda x, dim=-1: x.log_softmax(dim),
}

several = ["sum", "mean", "prod", "max", "min", "logSumExp", "variance", "std", "norm", "any", "all"]
cases = []
for name in several:
    cases += [
        (name, [[3, 4]], []),
        (name, [[2, 3, 4]], [1]),
        (name, [[2, 3, 4]], [-1, {"keepDim": True}]),
        (name, [[2, 3, 4]], [[0, 2]]),
        (name, [[2, 3, 4]], [[-1, 0], {"keepDim": True}]),
        (name, [[131]], [0]),
    ]
for name in ["sum", "mean", "prod", "max", "min", "norm", "any", "all"]:
    cases += [(name, [[]], []), (name, [[3, 3]], [1], [1, "nan", 2, "inf", 1, 2, "-inf", "-inf", 0])]
for name in ["sum", "mean", "prod", "variance", "norm", "any", "all", "logSumExp"]:
    cases += [(name, [[2, 0]], [1]), (name, [[0, 2]], [1])]
for name in ["max", "min"]:
    cases += [(name, [[0, 2]], [1]), (name, [[2, 3]], [1], [1, 1, 0, -2, -2, -2])]
for name in ["variance", "std"]:
    cases += [(name, [[3, 4]], [1, {"correction": 0}]), (name, [[2, 3]], [1, {"correction": 0}], [1, 1, 1, 0, 0, 0]), (name, [[2, 1]], [1])]
for p in [0, 1, 3, 2.5, "inf", "-inf"]:
    cases += [("norm", [[3, 4]], [1, {"p": p}])]
cases += [
    ("norm", [[2, 2]], [1], [0, 0, 1e-30, 3]),
    ("norm", [[2, 2]], [1, {"p": 3}], [0, 0, 0, 3]),
    ("prod", [[4, 3]], [1], [0, 2, 3, 0, 0, 5, 1, 2, 3, 1e20, 1e20, 1e-20]),
    ("logSumExp", [[3, 2]], [1], [1e30, 1, "-inf", 2, 700, 700]),
    ("logSumExp", [[2, 2]], [1], ["inf", 1, "nan", 2]),
    ("softmax", [[2, 3, 4]], [1]),
    ("softmax", [[2, 3]], [0]),
    ("softmax", [[2, 3]], []),
    ("logSoftmax", [[2, 3, 4]], [-3]),
    ("softmax", [[2, 0]], [0]),
    ("argMax", [[3, 4]], []),
    ("argMin", [[3, 4]], []),
    ("argMax", [[2, 3, 4]], [1]),
    ("argMin", [[2, 3, 4]], [-1, {"keepDim": True}]),
    ("argMax", [[2, 131]], [1]),
    ("argMax", [[2, 3]], [1], [1, "nan", "nan", 2, 2, 1]),
    ("argMin", [[2, 3]], [1], [1, "nan", "nan", 2, 1, 1]),
    ("argMax", [[]], []),
]

write("torch_reductions.json", operations, cases)
