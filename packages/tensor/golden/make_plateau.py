"""Learning rates of two groups under torch's ReduceLROnPlateau, after each of a run's metrics.
Usage: python make_plateau.py > plateau.json"""
import json
import torch

METRICS = [1.0, 0.9, 0.89995, 0.9, 0.91, 0.5, 0.6, 0.7, 0.499, 0.55, 0.56, float("nan"), 0.4, 0.41, 0.42, 0.43]
CASES = [{"patience": 1}, {"patience": 1, "factor": 0.5, "threshold": 0.05}, {"patience": 0, "cooldown": 2}, {"patience": 1, "threshold": 0.2, "threshold_mode": "abs"},
         {"mode": "max", "patience": 2, "factor": 0.3}, {"mode": "max", "threshold_mode": "abs", "patience": 0, "min_lr": [0.01, 0.2]}, {"patience": 0, "min_lr": 0.02, "eps": 0.05}, {}]
camel = lambda name: name.split("_")[0] + "".join(w.title() for w in name.split("_")[1:])
out = []
for kwargs in CASES:
    optimizer = torch.optim.SGD([{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (0.1, 1.0)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **kwargs)
    rates = []
    for metric in METRICS:
        scheduler.step(metric)
        rates.append([group["lr"] for group in optimizer.param_groups])
    out.append({"options": {camel(k): v for k, v in kwargs.items()}, "rates": rates})
print(json.dumps({"metrics": [None if m != m else m for m in METRICS], "cases": out}))
