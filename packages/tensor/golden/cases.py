"""What the scripts share that write values and gradients of operations by PyTorch."""

import json
import math
import pathlib

import torch


def numbers(shape, factor, shift, modulus):
    """What the tests make too: small numbers with ties, some of them 0."""
    count = math.prod(shape)
    return torch.tensor([((i * factor + shift) % modulus - modulus // 2) / 8 for i in range(count)]).reshape(shape)


def plain(values):
    """Numbers as JSON has them: NaN and infinities are texts."""
    return [float(f"{value:.9g}") if math.isfinite(value) else str(value) for value in values]


SPECIAL = [0.0, 1.0, float("inf"), -2.5, 1e30, float("nan"), -0.5, float("-inf"), -1e30, 3.0]
TYPES = {torch.float32: "f32", torch.float16: "f16", torch.int32: "i32", torch.int64: "i32", torch.bool: "bool"}


class Case(dict):
    """Options of `run`: dtype, special."""


def typed(shape, index, dtype, special):
    """An input of a case, of a type of the tensor package."""
    if special:
        count = math.prod(shape)
        return torch.tensor([SPECIAL[(7 * i + 3 * index) % len(SPECIAL)] for i in range(count)]).reshape(shape)
    x = numbers(shape, 37, 11 + 5 * index, 23)
    if dtype == "i32":
        return (x * 8).int()
    return x > 0 if dtype == "bool" else x.half() if dtype == "f16" else x


def run(operations, operation, shapes, arguments, data=None, dtype=None, special=False):
    """One case: numbers for each shape, or `data` for the first; gradients of a weighted sum."""
    inputs = [typed(shape, i, dtype, special) for i, shape in enumerate(shapes)]
    if data is not None:
        inputs[0] = torch.tensor([float(value) for value in data]).reshape(shapes[0])
    if dtype is None:
        inputs = [x.requires_grad_() for x in inputs]
    function = operations[operation]
    output = function(*inputs, **arguments) if isinstance(arguments, dict) else function(*inputs, *arguments)
    outputs = output if isinstance(output, tuple) else (output,)
    flat = torch.cat([part.reshape(-1) for part in outputs])
    case = {
        "operation": operation,
        "shapes": shapes,
        "arguments": arguments,
        "outputs": [list(part.shape) for part in outputs],
        "values": plain(flat.tolist()),
    }
    if data is not None:
        case["data"] = data
    if dtype is not None:
        case |= {"dtype": dtype, "types": [TYPES[part.dtype] for part in outputs]}
    if special:
        return case | {"special": True}
    if flat.requires_grad:
        (flat * numbers([flat.numel()], 29, 5, 19)).sum().backward()
        case["gradients"] = [plain((torch.zeros_like(x) if x.grad is None else x.grad).reshape(-1).tolist()) for x in inputs]
    return case


def write(name, operations, cases):
    """A case ends with options of `run` where it has any."""
    runs = [run(operations, *case[:-1], **case[-1]) if isinstance(case[-1], Case) else run(operations, *case) for case in cases]
    lines = ",\n".join(json.dumps(one) for one in runs)
    (pathlib.Path(__file__).parent / name).write_text(f"[\n{lines}\n]\n")
