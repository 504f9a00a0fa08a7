"""Writes torch_reductions.json: values and gradients of reductions, by PyTorch.

    python packages/tensor/golden/make_reductions.py
"""

import torch

from cases import numbers, write


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



def index(shape, modulus):
    """What the test makes too: numbers of elements, some of them more than once."""
    return numbers(shape, 37, 11, 23).mul(8).add(11).long() % modulus


def sorted_values(function):
    """Values and, as numbers, where they were."""

    def run(x, *rest):
        values, indices = function(x, *rest)
        return values, indices.float()

    return run


operations |= {
    "cumsum": lambda x, dim: x.cumsum(dim),
    "sort": sorted_values(lambda x, dim=-1, given={}: x.sort(dim=dim, stable=True, **given)),
    "argSort": lambda x, dim=-1, given={}: x.argsort(dim=dim, stable=True, **given).float(),
    "topk": sorted_values(lambda x, k, dim=-1, given={}: x.topk(k, dim, **given)),
    "gather": lambda x, dim, i: x.gather(dim, index(i["index"], x.shape[dim] if x.dim() else 1)),
    "scatterAdd": lambda x, source, dim, i: x.scatter_add(dim, index(i["index"], x.shape[dim]), source),
    "indexSelect": lambda x, dim, i: x.index_select(dim, torch.tensor(i, dtype=torch.long) if isinstance(i, list) else index(i["index"], x.shape[dim])),
    "takeAlongDim": lambda x, i, dim=None: x.take_along_dim(index(i["index"], x.shape[dim] if dim is not None else x.numel()), dim),
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
    ("norm", [[2, 2]], [1, {"p": -2}], [0, 1, -2, 3]),
    ("norm", [[2, 2]], [1, {"p": -0.5}], [0, 0, -2, "inf"]),
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

cases += [
    ("cumsum", [[7]], [0]),
    ("cumsum", [[2, 3, 4]], [1]),
    ("cumsum", [[2, 131]], [-1]),
    ("cumsum", [[]], [0]),
    ("cumsum", [[2, 0]], [1]),
    ("sort", [[9]], []),
    ("sort", [[3, 7]], [0, {"descending": True}]),
    ("sort", [[2, 5, 3]], [1]),
    ("sort", [[]], [0]),
    ("sort", [[7]], [], [1, "nan", -1, "inf", "nan", "-inf", 1]),
    ("sort", [[7]], [0, {"descending": True}], [1, "nan", -1, "inf", "nan", "-inf", 1]),
    ("argSort", [[3, 7]], []),
    ("argSort", [[3, 7]], [0, {"descending": True}]),
    ("topk", [[2, 5]], [2], [1, 5, 2, 4, 3, 9, 6, 7, 0, 8]),
    ("topk", [[2, 5]], [2, 1, {"largest": False}], [1, 5, 2, 4, 3, 9, 6, 7, 0, 8]),
    ("topk", [[2, 5]], [1, 0], [1, 5, 2, 4, 3, 9, 6, 7, 0, 8]),
    ("topk", [[4]], [2], [1, "nan", 3, 2]),
    ("topk", [[4]], [0], [1, 5, 3, 2]),
    ("gather", [[3, 4]], [1, {"index": [3, 6]}]),
    ("gather", [[3, 4]], [0, {"index": [2, 3]}]),
    ("gather", [[2, 3, 4]], [-2, {"index": [2, 5, 4]}]),
    ("gather", [[]], [0, {"index": []}]),
    ("gather", [[2, 3]], [1, {"index": [2, 0]}]),
    ("scatterAdd", [[3, 4], [5, 4]], [0, {"index": [5, 4]}]),
    ("scatterAdd", [[3, 4], [2, 6]], [1, {"index": [2, 6]}]),
    ("scatterAdd", [[2, 3, 2], [2, 70, 2]], [1, {"index": [2, 70, 2]}]),
    ("scatterAdd", [[2, 3], [2, 0]], [1, {"index": [2, 0]}]),
    ("indexSelect", [[3, 4]], [0, [2, 0, 2]]),
    ("indexSelect", [[2, 3, 4]], [1, {"index": [5]}]),
    ("indexSelect", [[3, 4]], [-1, []]),
    ("takeAlongDim", [[3, 4]], [{"index": [3, 2]}, 1]),
    ("takeAlongDim", [[3, 4]], [{"index": [1, 2]}, 1]),
    ("takeAlongDim", [[3, 4]], [{"index": [6]}]),
]

write("torch_reductions.json", operations, cases)
