"""Values and gradients of element-wise operations in torch.

Usage: python make_operations.py > torch_operations.json"""
import json
import math
import torch
import torch.nn.functional as F

inf, nan = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-6, 3.0, -3.0, 8.0, -30.0, 60.0, 1e4, 1e30, -1e30, inf, -inf, nan]
PAIRS = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, 1e20, inf, -inf, nan]

UNARY = {
    **{name: getattr(torch, name) for name in
       "neg abs sign exp expm1 log log1p sqrt rsqrt square reciprocal sin cos tanh sigmoid relu erf floor ceil round".split()},
    "silu": F.silu, "gelu": F.gelu, "softplus": F.softplus,
    "leakyRelu": F.leaky_relu, "elu": F.elu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "clamp": lambda x: x.clamp(-0.5, 1.5),
}
TESTS = {"isNan": torch.isnan, "isFinite": torch.isfinite, "logicalNot": torch.logical_not}
BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow,
    "maximum": torch.maximum, "minimum": torch.minimum,
}
COMPARISONS = {
    "eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge,
    "logicalAnd": torch.logical_and, "logicalOr": torch.logical_or,
}


def plain(values):
    """JSON has no NaN and no infinity: they are texts.."""
    return [float(f"{v:.9g}") if math.isfinite(v) else str(v) for v in values.double().flatten().tolist()]


def single(values):
    """Values of f32, computed in float64: torch's own f32 is some units off in gelu and others."""
    return torch.tensor(values, dtype=torch.float32).double().requires_grad_()


def unary(operation):
    x = single(SPECIAL)
    y = operation(x)
    y.backward(torch.ones_like(y))
    return {"value": plain(y.detach()), "gradient": plain(x.grad)}


def binary(operation):
    a = single([[value] for value in PAIRS])
    b = single(PAIRS)
    y = operation(a, b)
    # One element at a time is summed over where the other repeats, so finite ones only.
    small_a, small_b = single([[0.0], [1.0], [2.0], [0.5]]), single([1.0, 2.0, 0.5])
    operation(small_a, small_b).sum().backward()
    return {"value": plain(y.detach()), "gradients": [plain(small_a.grad), plain(small_b.grad)]}


print(json.dumps({
    "special": plain(torch.tensor(SPECIAL)),
    "pairs": plain(torch.tensor(PAIRS)),
    "unary": {name: unary(operation) for name, operation in UNARY.items()},
    "tests": {name: plain(operation(torch.tensor(SPECIAL))) for name, operation in TESTS.items()},
    "binary": {name: binary(operation) for name, operation in BINARY.items()},
    "comparisons": {name: plain(operation(torch.tensor([[v] for v in PAIRS]), torch.tensor(PAIRS))) for name, operation in COMPARISONS.items()},
}, separators=(",", ":")))
