"""Writes torch_losses.json: values and gradients of losses that compare tensors, by PyTorch.

    python packages/tensor/golden/make_losses.py
"""

import re

import torch.nn.functional as F

from cases import write


def loss(function):
    """The options of the tensor package in PyTorch's names."""

    def run(*given):
        options = given[-1] if isinstance(given[-1], dict) else {}
        tensors = given[:-1] if isinstance(given[-1], dict) else given
        return function(*tensors, **{re.sub("([A-Z])", r"_\1", name).lower(): v for name, v in options.items()})

    return run


def signs(function):
    """The last tensor as -1 and 1, as the test makes them too: by two comparisons."""
    return loss(lambda *given, **options: function(*given[:-1], (given[-1] > 0).float() * 2 - 1, **options))


operations = {
    "l1Loss": loss(F.l1_loss),
    "smoothL1Loss": loss(F.smooth_l1_loss),
    "huberLoss": loss(F.huber_loss),
    "klDivLoss": loss(lambda x, y, **options: F.kl_div(x, y if options.get("log_target") else y.abs(), **options)),
    "cosineSimilarity": loss(F.cosine_similarity),
    "cosineEmbeddingLoss": signs(F.cosine_embedding_loss),
    "marginRankingLoss": signs(F.margin_ranking_loss),
    "tripletMarginLoss": loss(F.triplet_margin_loss),
}

pair = [[3, 4], [3, 4]]
cases = []
for reduction in ["mean", "sum", "none"]:
    given = [{"reduction": reduction}]
    cases += [(name, pair, given) for name in ["l1Loss", "smoothL1Loss", "huberLoss", "klDivLoss"]]
    cases += [
        ("cosineEmbeddingLoss", [*pair, [3]], given),
        ("marginRankingLoss", [[5], [5], [5]], given),
        ("tripletMarginLoss", [*pair, [3, 4]], given),
    ]
cases += [
    ("smoothL1Loss", pair, [{"beta": 0.3}]),
    ("smoothL1Loss", pair, [{"beta": 0}]),
    ("huberLoss", pair, [{"delta": 0.3}]),
    ("klDivLoss", pair, [{"reduction": "batchmean"}]),
    ("klDivLoss", pair, [{"logTarget": True}]),
    ("cosineSimilarity", pair, []),
    ("cosineSimilarity", [[2, 3, 4], [2, 3, 4]], [{"dim": -1}]),
    ("cosineSimilarity", [[1, 4], [3, 4]], [{"dim": 1, "eps": 5}]),
    ("cosineEmbeddingLoss", [*pair, [3]], [{"margin": 0.4}]),
    ("marginRankingLoss", [[5], [5], [5]], [{"margin": 0.4}]),
    ("tripletMarginLoss", [*pair, [3, 4]], [{"margin": 2, "p": 1}]),
    ("tripletMarginLoss", [*pair, [3, 4]], [{"swap": True, "p": 3}]),
    ("l1Loss", [[0], [0]], []),
]

write("torch_losses.json", operations, cases)
