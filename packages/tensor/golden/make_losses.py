"""Writes torch_losses.json: values and gradients of losses that compare tensors, by PyTorch.

    python packages/tensor/golden/make_losses.py
"""

import re

import torch
import torch.nn.functional as F

from cases import Case, numbers, write


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



def options(given):
    """The same, with lists as tensors."""
    named = {re.sub("([A-Z])", r"_\1", name).lower(): v for name, v in given.items()}
    return {name: torch.tensor(v) if isinstance(v, list) else v for name, v in named.items()}


def of_classes(function):
    """A loss of classes, which are made by rule as the test does, or of a softmax of a second input."""

    def run(x, *rest):
        dim = min(1, x.dim() - 1)
        if isinstance(rest[0], torch.Tensor):
            return function(x, rest[0].softmax(dim), **options(rest[1]))
        shape = rest[0]["index"]
        classes = numbers(shape, 37, 11, 23).mul(8).add(11).long() % x.shape[dim]
        return function(x, classes, **options(rest[1]))

    return run


operations |= {
    "crossEntropy": of_classes(F.cross_entropy),
    "nllLoss": of_classes(F.nll_loss),
    "mseLoss": loss(F.mse_loss),
    "bceWithLogits": lambda x, y, given: F.binary_cross_entropy_with_logits(x, y, **options(given)),
}

pair = [[3, 4], [3, 4]]
cases = []
for reduction in ["mean", "sum", "none"]:
    given = [{"reduction": reduction}]
    cases += [(name, pair, given) for name in ["mseLoss", "bceWithLogits", "l1Loss", "smoothL1Loss", "huberLoss", "klDivLoss"]]
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
    ("klDivLoss", [[4], [3, 4]], [{"reduction": "batchmean"}]),
    ("klDivLoss", [[0, 4], [0, 4]], [{"reduction": "batchmean"}]),
    ("klDivLoss", pair, [{"logTarget": True}]),
    ("cosineSimilarity", pair, []),
    ("cosineSimilarity", [[2, 3, 4], [2, 3, 4]], [{"dim": -1}]),
    ("cosineSimilarity", [[1, 4], [3, 4]], [{"dim": 1, "eps": 5}]),
    ("cosineEmbeddingLoss", [*pair, [3]], [{"margin": 0.4}]),
    ("marginRankingLoss", [[5], [5], [5]], [{"margin": 0.4}]),
    ("tripletMarginLoss", [*pair, [3, 4]], [{"margin": 2, "p": 1}]),
    ("tripletMarginLoss", [*pair, [3, 4]], [{"swap": True, "p": 3}]),
    ("l1Loss", [[0], [0]], []),
    ("mseLoss", [[3, 4], [4]], [{}]),
    ("bceWithLogits", pair, [{"posWeight": [0.5, 2.0, 1.0, 3.0]}]),
    ("bceWithLogits", pair, [{"weight": [0.5, 2.0, 1.0, 3.0], "reduction": "sum"}]),
    ("bceWithLogits", pair, [{"weight": [[0.5], [2.0], [1.0]], "posWeight": [3.0], "reduction": "none"}]),
]
weights = {"weight": [0.5, 2.0, 1.0, 0.25]}
rows = {"index": [5]}
for reduction in ["mean", "sum", "none"]:
    for given in [{}, {"ignoreIndex": 2}, weights, {**weights, "ignoreIndex": 1}]:
        cases += [(name, [[5, 4]], [rows, {**given, "reduction": reduction}]) for name in ["crossEntropy", "nllLoss"]]
    for given in [{}, {"ignoreIndex": 2}, {**weights, "ignoreIndex": 1}]:
        cases.append(("crossEntropy", [[5, 4]], [rows, {**given, "labelSmoothing": 0.2, "reduction": reduction}]))
    for given in [{}, weights, {**weights, "labelSmoothing": 0.2}]:
        cases.append(("crossEntropy", [[5, 4], [5, 4]], [{**given, "reduction": reduction}]))
    cases.append(("crossEntropy", [[2, 4, 3]], [{"index": [2, 3]}, {**weights, "labelSmoothing": 0.1, "reduction": reduction}]))
cases += [
    ("crossEntropy", [[4]], [{"index": []}, {}]),
    ("crossEntropy", [[2, 4, 3, 2]], [{"index": [2, 3, 2]}, {}]),
    ("crossEntropy", [[2, 4, 3], [2, 4, 3]], [weights]),
    ("crossEntropy", [[5, 4]], [rows, {"labelSmoothing": 1.0}]),
    ("nllLoss", [[2, 4, 3]], [{"index": [2, 3]}, {}]),
]

special, half = Case(special=True), Case(dtype="f16")
compared = ["l1Loss", "smoothL1Loss", "huberLoss", "klDivLoss", "mseLoss", "bceWithLogits"]
for name in compared:
    last = [{}] if name == "bceWithLogits" else []
    cases += [
        (name, [[], []], last),
        (name, [[0, 3], [0, 3]], [{"reduction": "none"}]),
        (name, [[0, 3], [0, 3]], [{"reduction": "sum"}]),
        (name, [[0, 3], [0, 3]], last),
        (name, [[10], [10]], [{"reduction": "none"}], special),
        (name, [[6], [6]], last, half),
    ]
cases += [
    ("cosineSimilarity", [[4], [3, 4]], []),
    ("cosineSimilarity", [[1], [3, 4]], [{"dim": -1}]),
    ("cosineSimilarity", [[0, 4], [0, 4]], []),
    ("cosineSimilarity", [[], []], [{"dim": 0}]),
    ("cosineSimilarity", [[5, 2], [5, 2]], [], special),
    ("cosineSimilarity", [[3, 4], [3, 4]], [], half),
    ("cosineEmbeddingLoss", [[0, 4], [0, 4], [0]], [{"reduction": "none"}]),
    ("cosineEmbeddingLoss", [[5, 2], [5, 2], [5]], [{"reduction": "none"}], special),
    ("cosineEmbeddingLoss", [[3, 4], [3, 4], [3]], [], half),
    ("marginRankingLoss", [[], [], []], []),
    ("marginRankingLoss", [[0], [0], [0]], []),
    ("marginRankingLoss", [[10], [10], [10]], [{"reduction": "none"}], special),
    ("marginRankingLoss", [[6], [6], [6]], [], half),
    ("tripletMarginLoss", [[0, 4], [0, 4], [0, 4]], [{"reduction": "none"}]),
    ("tripletMarginLoss", [[5, 2], [5, 2], [5, 2]], [{"reduction": "none"}], special),
    ("tripletMarginLoss", [[3, 4], [3, 4], [3, 4]], [], half),
]
for name in ["crossEntropy", "nllLoss"]:
    cases += [
        (name, [[0, 4]], [{"index": [0]}, {"reduction": "none"}]),
        (name, [[5, 4]], [rows, {"reduction": "none"}], special),
        (name, [[5, 4]], [rows, {}], half),
    ]
cases.append(("nllLoss", [[4]], [{"index": []}, {}]))


def single(function):
    """Losses are computed in f32, of f16 too."""
    return lambda *given: function(*(x.float() if isinstance(x, torch.Tensor) and x.dtype == torch.half else x for x in given))


write("torch_losses.json", {name: single(function) for name, function in operations.items()}, cases)
