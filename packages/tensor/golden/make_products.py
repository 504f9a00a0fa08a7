"""Writes torch_products.json: values and gradients of products, by PyTorch.

    python packages/tensor/golden/make_products.py
"""

import torch
import torch.nn.functional as F

from cases import Case, write


def attention(query, key, value, given={}, mask=None):
    names = {"isCausal": "is_causal", "scale": "scale"}
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, **{names[n]: v for n, v in given.items()})


operations = {
    "einsum": lambda *x: torch.einsum(x[-1], *x[:-1]),
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

for equation, *shapes in [
    ("ij,jk->ik", [2, 3], [3, 4]),
    ("ij,jk", [2, 3], [3, 4]),
    ("bij,bjk->bik", [2, 2, 3], [2, 3, 4]),
    ("bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 5, 4]),
    ("bqhd,bkhd->bhqk", [2, 3, 2, 4], [2, 5, 2, 4]),
    ("ij->ji", [2, 3]),
    ("ba", [2, 3]),
    ("ij->", [2, 3]),
    ("ij->j", [2, 3]),
    ("ii->i", [3, 3]),
    ("ii", [3, 3]),
    ("iij->ji", [3, 3, 2]),
    ("iii->i", [2, 2, 2]),
    ("i,i->", [4], [4]),
    ("i,i->i", [4], [4]),
    ("i,j->ij", [3], [4]),
    ("i,j->ji", [3], [4]),
    ("ij,i->ij", [3, 4], [3]),
    ("ij,ij->i", [3, 4], [3, 4]),
    ("...ij,...jk->...ik", [2, 3, 4], [4, 2]),
    ("...ij,jk", [2, 2, 3], [3, 2]),
    ("i...,i...->...", [3, 2, 1], [3, 4]),
    ("...->", [2, 3]),
    ("i...->i", [2, 3, 2]),
    ("bn,anm,bm->ba", [2, 3], [4, 3, 2], [2, 2]),
    ("ij,jk,kl->il", [2, 3], [3, 2], [2, 4]),
    ("ij,jk->ik", [2, 1], [3, 4]),
    ("ij,kl->", [2, 3], [2, 2]),
    ("ij,jk->ik", [2, 0], [0, 3]),
    ("ij,ij->ij", [0, 3], [0, 3]),
    (",i->i", [], [3]),
    ("aB,Bc->ca", [2, 3], [3, 2]),
    (" i j , j k -> k i ", [2, 3], [3, 4]),
]:
    cases.append(("einsum", shapes, [equation]))

attended = [[2, 3, 4], [2, 5, 4], [2, 5, 2]]
cases += [
    ("scaledDotProductAttention", [[0, 3, 4], [0, 5, 4], [0, 5, 2]], []),
    ("scaledDotProductAttention", [[2, 0, 4], [2, 5, 4], [2, 5, 2]], []),
    ("scaledDotProductAttention", attended, [], Case(special=True)),
    ("scaledDotProductAttention", attended, [], Case(dtype="f16")),
]

write("torch_products.json", operations, cases)
