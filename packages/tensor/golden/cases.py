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


def run(operations, operation, shapes, arguments, data=None):
    """One case: numbers for each shape, or `data` for the first; gradients of a weighted sum."""
    inputs = [numbers(shape, 37, 11 + 5 * i, 23) for i, shape in enumerate(shapes)]
    if data is not None:
        inputs[0] = torch.tensor([float(value) for value in data]).reshape(shapes[0])
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
    if flat.requires_grad:
        (flat * numbers([flat.numel()], 29, 5, 19)).sum().backward()
        case["gradients"] = [plain((torch.zeros_like(x) if x.grad is None else x.grad).reshape(-1).tolist()) for x in inputs]
    return case


def write(name, operations, cases):
    lines = ",\n".join(json.dumps(run(operations, *case)) for case in cases)
    (pathlib.Path(__file__).parent / name).write_text(f"[\n{lines}\n]\n")
