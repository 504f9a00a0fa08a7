"""Writes torch_table.json: what every operation does with scalars, nothing, types, NaN and infinities, by PyTorch.

    python packages/tensor/golden/make_table.py
"""

import torch
import torch.nn.functional as F

from cases import Case, numbers, write

ONES = {
    **{
        name: getattr(torch, name)
        for name in "neg abs sign exp expm1 log log1p sqrt rsqrt square reciprocal sin cos tanh sigmoid relu erf floor ceil round".split()
    },
    "silu": F.silu,
    "gelu": F.gelu,
    "softplus": F.softplus,
    "leakyRelu": F.leaky_relu,
    "elu": F.elu,
    "isNan": torch.isnan,
    "isFinite": torch.isfinite,
    "logicalNot": torch.logical_not,
    "clamp": lambda x, given: x.clamp(**given),
    "scale": lambda x, factor: x * factor,
}
TWO = {
    **{name: getattr(torch, name) for name in "add sub mul div pow maximum minimum eq ne lt le gt ge".split()},
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
}
MOVED = {
    "reshape": ([2, 3], [[3, -1]], lambda x, shape: x.reshape(shape)),
    "flatten": ([2, 3], [], lambda x: x.flatten()),
    "permute": ([2, 3], [[-1, 0]], lambda x, dims: x.permute(dims)),
    "transpose": ([2, 3], [0, -1], lambda x, a, b: x.transpose(a, b)),
    "squeeze": ([2, 1], [-1], lambda x, dim: x.squeeze(dim)),
    "unsqueeze": ([2, 3], [-2], lambda x, dim: x.unsqueeze(dim)),
    "expand": ([2, 1], [[2, 2, 3]], lambda x, shape: x.expand(shape)),
    "flip": ([2, 3], [[-1]], lambda x, dims: x.flip(dims)),
    "diagonal": ([3, 3], [1, -1, -2], lambda x, *rest: x.diagonal(*rest)),
    "slice": ([4, 3], [None, [-2, None]], lambda x, *ranges: x[tuple(slice(None) if r is None else slice(*r) for r in ranges)]),
    "select": ([3, 2], [-1, -1], lambda x, *rest: x.select(*rest)),
    "narrow": ([3, 2], [-2, 1, 2], lambda x, *rest: x.narrow(*rest)),
    "split": ([3, 5], [2, -1], lambda x, *rest: x.split(*rest)),
    "chunk": ([3, 5], [2, -1], lambda x, *rest: x.chunk(*rest)),
    "repeat": ([2, 3], [[2, 1]], lambda x, repeats: x.repeat(repeats)),
    "roll": ([2, 3], [1, -1], lambda x, *rest: x.roll(*rest)),
    "pad": ([2, 3], [[1, 0]], F.pad),
    "tril": ([3, 3], [], torch.tril),
    "triu": ([2, 3, 3], [1], torch.triu),
    "gather": ([3, 4], [-1, {"index": [3, 2]}], lambda x, dim, i: x.gather(dim, index(i["index"], x.shape[dim] if x.dim() else 1))),
    "indexSelect": ([3, 4], [-1, [2, 0]], lambda x, dim, i: x.index_select(dim, torch.tensor(i))),
    "takeAlongDim": ([3, 4], [{"index": [3, 2]}, -1], lambda x, i, dim: x.take_along_dim(index(i["index"], x.shape[dim]), dim)),
}


def index(shape, modulus):
    return numbers(shape, 37, 11, 23).mul(8).add(11).long() % modulus


def over(function):
    return lambda x, dim=None, given={}: function(x, dim=list(range(x.dim())) if dim is None else dim, **given)


def plain_sum(result):
    """f32 for f16 too, as the package has it."""
    return lambda *given: result(*(x.float() if isinstance(x, torch.Tensor) and x.is_floating_point() else x for x in given))


REDUCED = {
    "sum": plain_sum(over(torch.sum)),
    "mean": plain_sum(over(torch.mean)),
    "prod": plain_sum(lambda x, dim=None: x.prod() if dim is None else x.prod(dim)),
    "max": over(torch.amax),
    "min": over(torch.amin),
    "logSumExp": plain_sum(over(torch.logsumexp)),
    "variance": plain_sum(over(torch.var)),
    "std": plain_sum(over(torch.std)),
    "norm": plain_sum(over(torch.linalg.vector_norm)),
    "any": lambda x, *dim: torch.any(x, *dim),
    "all": lambda x, *dim: torch.all(x, *dim),
    "argMax": lambda x, *dim: torch.argmax(x, *dim),
    "argMin": lambda x, *dim: torch.argmin(x, *dim),
    "cumsum": plain_sum(lambda x, dim: x.cumsum(dim)),
    "softmax": lambda x, dim=-1: x.softmax(dim),
    "logSoftmax": lambda x, dim=-1: x.log_softmax(dim),
    "argSort": lambda x, dim=-1: x.argsort(dim=dim, stable=True),
}


def layer_norm(x, weight, bias, given={}):
    """f32 of f16 too, as the package has it."""
    return F.layer_norm(x.float(), x.shape[-1:], weight.float(), bias.float(), given.get("epsilon", 1e-5))


OTHERS = {
    "sort": lambda x, dim=-1: tuple(x.sort(dim=dim, stable=True)),
    "topk": lambda x, k, dim=-1: tuple(x.topk(k, dim)),
    "lerp": lambda a, b, weight: torch.lerp(a, b, weight),
    "where": lambda a, b, c: torch.where(a > 0, b, c),
    "maskedFill": lambda x, m, value: x.masked_fill(m > 0, value),
    "cast": lambda x, dtype: x.to({"f32": torch.float32, "f16": torch.float16, "i32": torch.int32, "bool": torch.bool}[dtype]),
    "concat": lambda *x, dim: torch.cat(x, dim),
    "stack": lambda *x, dim: torch.stack(x, dim),
    "scatterAdd": lambda x, source, dim, i: x.scatter_add(dim, index(i["index"], x.shape[dim] if x.dim() else 1), source),
    "oneHot": lambda x, classes: F.one_hot(x.long() % classes, classes),
    "matmul": torch.matmul,
    "einsum": lambda *x: torch.einsum(x[-1], *x[:-1]),
    "linear": F.linear,
    "layerNorm": layer_norm,
    "gatherRows": lambda x, rows: x[torch.tensor(rows["rows"], dtype=torch.long)],
    "embeddingSum": lambda *given, ids: sum(table.float()[torch.tensor(one, dtype=torch.long)] for table, one in zip(given, ids)),
}
MAKERS = {
    "zeros": torch.zeros,
    "ones": torch.ones,
    "full": lambda shape, value: torch.full(shape, value),
    "arange": torch.arange,
    "linspace": torch.linspace,
    "eye": torch.eye,
    "zerosLike": torch.zeros_like,
    "onesLike": torch.ones_like,
    "fullLike": torch.full_like,
}

operations = ONES | TWO | REDUCED | OTHERS | MAKERS | {name: function for name, (_, _, function) in MOVED.items()}
cases = []
special, half, whole, truth = Case(special=True), Case(dtype="f16"), Case(dtype="i32"), Case(dtype="bool")

for name in ONES:
    given = [{"min": -0.5, "max": 0.75}] if name == "clamp" else [1.5] if name == "scale" else []
    cases += [(name, [[]], given), (name, [[0, 3]], given), (name, [[2, 3]], given), (name, [[10]], given, half)]
    if name not in ["gelu", "scale", "silu", "softplus", "leakyRelu", "elu"]:
        cases.append((name, [[10]], [{"min": -2, "max": 3}] if name == "clamp" else given, whole))
for name in TWO:
    cases += [(name, [[2, 1, 3], [4, 1]], []), (name, [[], [3]], []), (name, [[0, 3], [1, 3]], []), (name, [[], []], [])]
    cases += [(name, [[10, 1], [10]], [], special), (name, [[6], [6]], [], half)]
    cases.append((name, [[6], [6]], [], whole))
for name, (shape, given, _) in MOVED.items():
    cases += [(name, [shape], given), (name, [shape], given, special), (name, [shape], given, half), (name, [shape], given, truth)]
for name, given, shape in [("reshape", [[1, 1]], []), ("flatten", [], []), ("permute", [[]], []), ("unsqueeze", [-1], []), ("squeeze", [-1], []),
                           ("expand", [[2]], []), ("flip", [[]], []), ("repeat", [[2]], []), ("roll", [1], []), ("slice", [], []), ("gather", [-1, {"index": []}], []),
                           ("reshape", [[3, 0]], [0, 2]), ("flatten", [], [0, 2]), ("permute", [[1, 0]], [0, 2]), ("transpose", [0, 1], [0, 2]),
                           ("flip", [[0]], [0, 2]), ("diagonal", [], [0, 2]), ("split", [1], [0, 2]), ("chunk", [2], [0, 2]), ("roll", [1, 0], [0, 2]),
                           ("pad", [[1, 1]], [2, 0]), ("tril", [], [0, 2]), ("triu", [], [0, 2]), ("indexSelect", [1, [1, 0]], [0, 2]), ("narrow", [0, 0, 0], [0, 2]),
                           ("select", [1, 0], [0, 2]), ("unsqueeze", [0], [0, 2]), ("squeeze", [0], [0, 2]), ("repeat", [[2, 1]], [0, 2]), ("slice", [[0, 0]], [0, 2]),
                           ("expand", [[2, 0, 2]], [0, 2])]:
    cases.append((name, [shape], given))
for name in REDUCED:
    cases += [(name, [[2, 3]], [-1]), (name, [[2, 3]], [-2], half)]
    if name not in ["std", "variance"]:
        cases += [(name, [[]], [0] if name == "cumsum" else [])]
    if name not in ["prod", "cumsum", "std", "variance"]:
        cases.append((name, [[2, 5]], [-1], special))
    if name not in ["argMax", "argMin", "max", "min"]:
        cases += [(name, [[0, 2]], [0]), (name, [[2, 0, 3]], [-1])]
    else:
        cases.append((name, [[2, 0, 3]], [-1]))
for name in ["argMax", "argMin", "any", "all", "argSort"]:
    cases += [(name, [[2, 3]], [-1], whole)]
cases.append(("logSumExp", [[2, 3]], [-1], whole))
for name in ["any", "all"]:
    cases.append((name, [[2, 3]], [-1], truth))
for name in ["sum", "prod", "max", "min", "cumsum"]:
    cases += [(name, [[2, 3]], [-1], whole), (name, [[2, 3, 4]], [1], whole), (name, [[2, 3]], [-1], truth)]
    if name != "prod":
        cases.append((name, [[2, 131]], [1], whole))
cases += [("sum", [[2, 3]], [], whole), ("sum", [[2, 0]], [1], whole), ("prod", [[2, 0]], [1], whole), ("sort", [[6]], [-1], truth),
          ("scatterAdd", [[3, 4], [3, 2]], [-1, {"index": [3, 2]}], whole), ("gather", [[3, 4]], [-1, {"index": [3, 2]}], whole)]
cases += [
    ("sort", [[]], []), ("sort", [[2, 0]], [0]), ("sort", [[2, 5]], [-1], special), ("sort", [[6]], [-1], whole), ("sort", [[6]], [-1], half),
    ("topk", [[]], [1]), ("topk", [[0, 2]], [1, -1]), ("topk", [[6]], [6, -1], whole), ("topk", [[10]], [10], special), ("topk", [[6]], [6], half),
    ("lerp", [[2, 3], [2, 3]], [0.25]), ("lerp", [[2, 3], [2, 3], [2, 3]], []), ("lerp", [[2, 1], [3]], [0.75]), ("lerp", [[], []], [0.5]), ("lerp", [[0], [0]], [0.5]),
    ("lerp", [[10], [10]], [0.5], special), ("lerp", [[10], [10], [10]], [], special), ("lerp", [[10], [10]], [-1], special),
    ("lerp", [[6], [6]], [0.5], half), ("lerp", [[6], [6], [6]], [], half), ("lerp", [[2, 1], [3], [2, 3]], []),
    ("where", [[2, 1], [3], [2, 3]], []), ("where", [[], [], [2]], []), ("where", [[0], [0], [1]], []), ("where", [[10], [10], [10]], [], special),
    ("where", [[6], [6], [6]], [], half), ("where", [[6], [6], [6]], [], whole),
    ("maskedFill", [[2, 3], [3]], [7]), ("maskedFill", [[], []], [7]), ("maskedFill", [[0], [0]], [7]), ("maskedFill", [[10], [10]], [7], special),
    ("maskedFill", [[6], [6]], [7], half), ("maskedFill", [[6], [6]], [7], whole),
    ("cast", [[2, 3]], ["f32"]), ("cast", [[]], ["f16"]), ("cast", [[0]], ["i32"]), ("cast", [[10]], ["bool"], special), ("cast", [[10]], ["f16"], special),
    ("cast", [[6]], ["f32"], whole), ("cast", [[6]], ["bool"], whole), ("cast", [[6]], ["i32"], truth), ("cast", [[6]], ["f32"], half), ("cast", [[6]], ["i32"], half),
    ("concat", [[2, 3], [2, 1]], {"dim": -1}), ("concat", [[0, 3], [2, 3]], {"dim": 0}), ("concat", [[5], [5]], {"dim": 0}, special), ("concat", [[2], [2]], {"dim": 0}, half),
    ("concat", [[2], [2]], {"dim": 0}, truth), ("stack", [[2], [2]], {"dim": -1}), ("stack", [[], []], {"dim": -1}), ("stack", [[0], [0]], {"dim": 0}),
    ("stack", [[5], [5]], {"dim": 1}, special), ("stack", [[2], [2]], {"dim": 0}, half), ("stack", [[2], [2]], {"dim": 0}, whole),
    ("scatterAdd", [[3, 4], [3, 2]], [-1, {"index": [3, 2]}]), ("scatterAdd", [[10], [4]], [0, {"index": [4]}], special), ("scatterAdd", [[6], [6]], [0, {"index": [6]}], half),
    ("oneHot", [[2, 3]], [4], whole), ("oneHot", [[]], [4], whole), ("oneHot", [[0]], [4], whole),
    ("matmul", [[2, 3], [3, 5]], [], special), ("matmul", [[2, 5], [5]], [], half), ("matmul", [[0, 3], [3, 2]], []),
    ("einsum", [[2, 3], [3, 5]], ["ij,jk->ik"], special), ("einsum", [[2, 5], [5]], ["ij,j->i"], half), ("einsum", [[], []], [",->"]), ("einsum", [[0, 3]], ["ij->j"]),
    ("linear", [[2, 3], [4, 3], [4]], []), ("linear", [[3], [4, 3]], []), ("linear", [[2, 2, 3], [1, 3], [1]], []), ("linear", [[0, 3], [4, 3], [4]], []),
    ("linear", [[2, 3], [5, 3], [5]], [], special), ("linear", [[2, 3], [4, 3], [4]], [], half),
    ("layerNorm", [[2, 5], [5], [5]], []), ("layerNorm", [[2, 3, 5], [5], [5]], [{"epsilon": 0.5}]), ("layerNorm", [[5], [5], [5]], []), ("layerNorm", [[0, 5], [5], [5]], []),
    ("layerNorm", [[2, 5], [5], [5]], [], special),
    ("gatherRows", [[4, 3]], [{"rows": [2, 0, 2]}]), ("gatherRows", [[4, 3]], [{"rows": []}]), ("gatherRows", [[4, 5]], [{"rows": [3, 1]}], special), ("gatherRows", [[4, 3]], [{"rows": [1]}], half),
    ("embeddingSum", [[4, 3], [2, 3]], {"ids": [[2, 0, 2], [1, 1, 0]]}), ("embeddingSum", [[4, 5]], {"ids": [[3, 1]]}, special),
    ("zeros", [], [[2, 0, 3]]), ("zeros", [], [[]]), ("ones", [], [[2, 3]]), ("full", [], [[2], 1.5]), ("full", [], [[2], True]), ("arange", [], [5]), ("arange", [], [2, -3, -2]),
    ("arange", [], [0, 1, 0.3]), ("arange", [], [3, 3]), ("linspace", [], [-1, 2, 7]), ("linspace", [], [0, 1, 1]), ("linspace", [], [0, 1, 0]), ("eye", [], [3]), ("eye", [], [2, 4]), ("eye", [], [0]),
    ("zerosLike", [[2, 3]], [], half), ("onesLike", [[2, 3]], [], whole), ("onesLike", [[]], [], truth), ("fullLike", [[0, 2]], [3], whole), ("fullLike", [[2]], [3], half),
]

cases += [
    ("std", [[2, 5]], [-1], special), ("variance", [[2, 5]], [-1], special), ("cumsum", [[2, 3]], [0], special), ("prod", [[2, 5]], [-1], special),
    ("scale", [[10]], [1.5], special), ("layerNorm", [[2, 5], [5], [5]], [], half), ("gatherRows", [[0, 3]], [{"rows": []}]), ("embeddingSum", [[4, 3]], {"ids": [[]]}), ("embeddingSum", [[4, 3], [2, 3]], {"ids": [[2, 0], [1, 1]]}, half),
    ("gather", [[2, 0]], [0, {"index": [1, 0]}]), ("takeAlongDim", [[2, 0]], [{"index": [1, 0]}, 0]), ("transpose", [[]], [0, -1]), ("scatterAdd", [[], []], [0, {"index": []}]),
    ("concat", [[0], [0]], {"dim": 0}, half), ("onesLike", [[0]], [], half), ("zerosLike", [[]], []), ("zerosLike", [[0]], []),
]

write("torch_table.json", operations, cases)
