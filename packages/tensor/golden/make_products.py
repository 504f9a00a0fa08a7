"""Writes torch_products.json: values and gradients of products, by PyTorch.

    python packages/tensor/golden/make_products.py
"""

import torch
import torch.nn.functional as F

from cases import write


def attention(query, key, value, given={}, mask=None):
    names = {"isCausal": "is_causal", "scale": "scale"}
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, **{names[n]: v for n, v in given.items()})


operations = {
    "matmul": torch.matmul,
    "scaledDotProductAttention": lambda *x: attention(*x) if len(x) < 5 else attention(*x[:3], x[4], x[3]),
}

cases = [
    ("matmul", [[2, 3], [3, 4]], []),
    ("matmul", [[3], [3]], []),
    ("matmul", [[2, 3], [3]], []),
    ("matmul", [[3], [3, 2]], []),
    ("matmul", [[2, 4, 3], [3, 5]], []),
    ("matmul", [[2, 2, 4, 3], [3]], []),
    ("matmul", [[3], [2, 3, 2]], []),
    ("matmul", [[2, 2, 3], [2, 3, 4]], []),
    ("matmul", [[2, 1, 2, 3], [3, 3, 2]], []),
    ("matmul", [[2, 3], [4, 3, 2]], []),
    ("matmul", [[0, 2, 3], [0, 3, 2]], []),
    ("matmul", [[2, 2, 0], [2, 0, 3]], []),
    ("matmul", [[2, 0], [0, 3]], []),
    ("matmul", [[1, 17, 33], [1, 33, 5]], []),
    ("scaledDotProductAttention", [[3, 4], [5, 4], [5, 2]], []),
    ("scaledDotProductAttention", [[2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 2]], [{"scale": 0.25}]),
    ("scaledDotProductAttention", [[2, 2, 4, 4], [2, 2, 4, 4], [2, 2, 4, 4]], [{"isCausal": True}]),
    ("scaledDotProductAttention", [[2, 3, 4], [2, 5, 4], [2, 5, 2]], [{"isCausal": True}]),
    ("scaledDotProductAttention", [[2, 3, 4], [2, 5, 4], [2, 5, 2], [3, 5]], [{}]),
]

write("torch_products.json", operations, cases)
