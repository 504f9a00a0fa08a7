"""Writes torch_shapes.json: values and gradients of operations that move data, by PyTorch.

    python packages/tensor/golden/make_shapes.py
"""

import torch
import torch.nn.functional as F

from cases import write


def sliced(x, *ranges):
    return x[tuple(slice(None) if r is None else slice(*r) for r in ranges)]


operations = {
    "permute": lambda x, dims: x.permute(dims),
    "transpose": lambda x, a, b: x.transpose(a, b),
    "squeeze": lambda x, *dim: x.squeeze(*dim),
    "unsqueeze": lambda x, dim: x.unsqueeze(dim),
    "expand": lambda x, shape: x.expand(shape),
    "flatten": lambda x, *dims: x.flatten(*dims),
    "reshape": lambda x, shape: x.reshape(shape),
    "slice": sliced,
    "select": lambda x, dim, index: x.select(dim, index),
    "narrow": lambda x, dim, start, length: x.narrow(dim, start, length),
    "flip": lambda x, dims: x.flip(dims),
    "diagonal": lambda x, *rest: x.diagonal(*rest),
    "repeat": lambda x, repeats: x.repeat(repeats),
    "pad": lambda x, padding, options=None: F.pad(x, padding, value=(options or {}).get("value", 0)),
    "roll": lambda x, shifts, *dims: x.roll(shifts, *dims),
    "split": lambda x, size, dim=0: x.split(size, dim),
    "chunk": lambda x, chunks, dim=0: x.chunk(chunks, dim),
    "concat": lambda *x, dim: torch.cat(x, dim),
    "stack": lambda *x, dim: torch.stack(x, dim),
}

cases = [
    ("permute", [[2, 3, 4]], [[2, 0, 1]]),
    ("permute", [[2, 3, 4]], [[-1, 1, -3]]),
    ("permute", [[1, 3, 1]], [[1, 2, 0]]),
    ("permute", [[]], [[]]),
    ("permute", [[2, 0, 3]], [[2, 1, 0]]),
    ("transpose", [[3, 5]], [0, 1]),
    ("transpose", [[2, 3, 4, 2]], [-1, 1]),
    ("squeeze", [[1, 3, 1]], []),
    ("squeeze", [[1, 3, 1]], [-1]),
    ("squeeze", [[1, 3, 1]], [[0, 1]]),
    ("unsqueeze", [[3, 2]], [-1]),
    ("unsqueeze", [[]], [0]),
    ("expand", [[3, 1]], [[2, 3, 4]]),
    ("expand", [[1, 3, 1]], [[4, -1, 2]]),
    ("expand", [[]], [[2, 2]]),
    ("expand", [[1, 3]], [[0, 3]]),
    ("flatten", [[2, 3, 2]], []),
    ("flatten", [[2, 3, 2]], [1, 2]),
    ("flatten", [[]], []),
    ("reshape", [[2, 6]], [[3, -1]]),
    ("slice", [[4, 7]], [None, [1, -1]]),
    ("slice", [[4, 7]], [[-3, None], [None, None, 3]]),
    ("slice", [[4, 8]], [[1, 3], [4, 8]]),
    ("slice", [[4, 7]], [[3, 1]]),
    ("slice", [[5]], [[-100, 100, 2]]),
    ("select", [[3, 4]], [0, -1]),
    ("select", [[2, 3, 4]], [1, 2]),
    ("narrow", [[5, 3]], [0, 1, 3]),
    ("narrow", [[5, 3]], [-1, -2, 2]),
    ("narrow", [[5, 3]], [0, 5, 0]),
    ("flip", [[3, 4]], [[0]]),
    ("flip", [[2, 3, 2]], [[-1, 0]]),
    ("diagonal", [[3, 4]], []),
    ("diagonal", [[3, 4]], [2]),
    ("diagonal", [[4, 3]], [-2]),
    ("diagonal", [[2, 3, 4]], [1, -2, -1]),
    ("diagonal", [[3, 4]], [7]),
    ("repeat", [[2, 3]], [[2, 1, 3]]),
    ("repeat", [[3]], [[2]]),
    ("repeat", [[2, 3]], [[0, 2]]),
    ("pad", [[2, 3]], [[1, 2]]),
    ("pad", [[2, 3]], [[1, -1, 0, 2], {"value": 7}]),
    ("pad", [[2, 3]], [[-1, -1]]),
    ("roll", [[7]], [2]),
    ("roll", [[3, 4]], [-5]),
    ("roll", [[3, 4]], [[1, -1], [0, -1]]),
    ("split", [[7, 2]], [3]),
    ("split", [[2, 5]], [[1, 4], -1]),
    ("chunk", [[7]], [3]),
    ("chunk", [[2, 4]], [3, 1]),
    ("concat", [[2, 3], [4, 3]], {"dim": 0}),
    ("concat", [[2, 1], [2, 0], [2, 4]], {"dim": -1}),
    ("stack", [[2, 3], [2, 3]], {"dim": -1}),
    ("stack", [[], []], {"dim": 0}),
]


write("torch_shapes.json", operations, cases)
