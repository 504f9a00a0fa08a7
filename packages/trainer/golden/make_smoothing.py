"""Losses of transformers' LabelSmoother. Usage: python make_smoothing.py > smoothing.json"""
import json

import torch
from transformers.trainer_pt_utils import LabelSmoother

weight = torch.tensor([1.0, -2.0, 0.5])
cases = []
for shape, labels in [([4], [0, 2, 1, -100]), ([2, 3], [0, -100, 2, 1, 1, -100])]:
    x = torch.linspace(-1, 1.5, len(labels))
    logits = x.reshape(shape).unsqueeze(-1) * weight
    loss = LabelSmoother(0.1)({"logits": logits}, torch.tensor(labels).reshape(shape))
    cases.append({"shape": shape, "x": x.tolist(), "labels": labels, "loss": loss.item()})
print(json.dumps({"about": "transformers 5.24 on the CPU, epsilon 0.1; logits are x times 1, -2 and 0.5.", "cases": cases}))
