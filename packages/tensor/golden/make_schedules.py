"""Learning rates of every schedule, from transformers 5.18. Usage: python make_schedules.py > schedules.json"""
import json
import torch
from transformers import get_scheduler

CASES = [
    ("linear", {}), ("cosine", {}), ("cosine", {"num_cycles": 1.5}), ("cosine_with_restarts", {}), ("cosine_with_restarts", {"num_cycles": 3}),
    ("polynomial", {}), ("polynomial", {"lr_end": 1e-3, "power": 2.0}), ("constant", {}), ("constant_with_warmup", {}),
    ("inverse_sqrt", {}), ("inverse_sqrt", {"timescale": 50}), ("cosine_with_min_lr", {"min_lr": 0.1}), ("cosine_with_min_lr", {"min_lr_rate": 0.2}),
    ("cosine_warmup_with_min_lr", {"min_lr": 0.1}), ("cosine_warmup_with_min_lr", {"min_lr_rate": 0.2, "warmup_lr_rate": 0.3}),
    ("warmup_stable_decay", {"num_decay_steps": 3}), ("warmup_stable_decay", {"num_decay_steps": 4, "num_stable_steps": 2, "warmup_type": "cosine", "decay_type": "1-sqrt", "min_lr_ratio": 0.1}),
    ("warmup_stable_decay", {"num_decay_steps": 4, "warmup_type": "1-sqrt", "decay_type": "linear"}),
]
camel = lambda name: name.split("_")[0] + "".join(w.title() for w in name.split("_")[1:])
out = []
for name, kwargs in CASES:
    for base, warmup, total in ((1.0, 2, 10), (0.5, 0, 7), (3e-5, 3, 13)):
        if name == "polynomial" and base < kwargs.get("lr_end", 0) or "min_lr" in kwargs and base < kwargs["min_lr"]:
            continue
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
        try:
            scheduler = get_scheduler(name, optimizer, warmup, total, scheduler_specific_kwargs=dict(kwargs))
        except ValueError:
            continue
        values = []
        for _ in range(total + 2):
            values.append(scheduler.get_last_lr()[0])
            optimizer.step(); scheduler.step()
        out.append({"name": name, "kwargs": {camel(k): v for k, v in kwargs.items()}, "base": base, "warmup": warmup, "total": total, "values": values})
print(json.dumps(out))
