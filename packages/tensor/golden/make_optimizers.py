"""Weights after six updates by every optimizer: torch's own, transformers' Adafactor, and Lion of lion-pytorch 0.2.5.
Usage: python make_optimizers.py > optimizers.json"""
import json
import torch
from lion_pytorch import Lion
from transformers.optimization import Adafactor

CASES = [
    ("SGD", torch.optim.SGD, {"lr": 0.1}), ("SGD", torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}), ("SGD", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("RMSprop", torch.optim.RMSprop, {}), ("RMSprop", torch.optim.RMSprop, {"alpha": 0.9, "eps": 1e-6, "weight_decay": 0.1}),
    ("RMSprop", torch.optim.RMSprop, {"momentum": 0.9}), ("RMSprop", torch.optim.RMSprop, {"momentum": 0.5, "centered": True}),
    ("Adagrad", torch.optim.Adagrad, {}), ("Adagrad", torch.optim.Adagrad, {"lr_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-6, "weight_decay": 0.1}),
    ("Lion", Lion, {"lr": 0.01}), ("Lion", Lion, {"lr": 0.01, "betas": (0.8, 0.95), "weight_decay": 0.1}),
    ("Adafactor", Adafactor, {}), ("Adafactor", Adafactor, {"warmup_init": True, "weight_decay": 0.1, "beta1": 0.9}),
    ("Adafactor", Adafactor, {"lr": 0.05, "scale_parameter": False, "relative_step": False}),
    ("Adafactor", Adafactor, {"lr": 0.05, "relative_step": False, "clip_threshold": 0.5, "decay_rate": -0.5, "eps": (1e-20, 1e-2), "weight_decay": 0.1}),
    ("AdamW", torch.optim.AdamW, {"lr": 0.01}),
]
camel = lambda name: name.split("_")[0] + "".join(w.title() for w in name.split("_")[1:])
rounded = lambda t: [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]

torch.manual_seed(5)
shapes = {"a": (3, 5), "b": (3,), "c": (2, 2, 3)}
weights = {name: torch.randn(shape) for name, shape in shapes.items()}
gradients = [{name: torch.randn(shape) for name, shape in shapes.items()} for _ in range(6)]
del gradients[2]["b"]
out = []
for name, make, kwargs in CASES:
    params = {n: torch.nn.Parameter(w.clone()) for n, w in weights.items()}
    # The second group goes without decay; with a rate of its own where rates are given.
    optimizer = make([{"params": [params["a"]]}, {"params": [params["b"], params["c"]], "weight_decay": 0.0, **({"lr": kwargs["lr"] / 2} if "lr" in kwargs else {})}], **kwargs)
    for number, given in enumerate(gradients):
        if number == 4 and "lr" in kwargs:
            for group in optimizer.param_groups:
                group["lr"] = group["lr"] / 4
        for n, p in params.items():
            p.grad = given[n].clone() if n in given else None
        optimizer.step()
    out.append({"name": name, "options": {camel(k): v for k, v in kwargs.items()}, "final": {n: rounded(p) for n, p in params.items()}})
print(json.dumps({"shapes": shapes, "weights": {n: rounded(w) for n, w in weights.items()}, "gradients": [{n: rounded(g) for n, g in given.items()} for given in gradients], "cases": out}))
