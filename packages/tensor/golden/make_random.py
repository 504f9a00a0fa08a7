"""Permutations and normal draws of torch's CPU generator. Usage: python make_random.py > random.json"""
import json
import torch


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def randperm(seed, n):
    return {"seed": seed, "n": n, "values": torch.randperm(n, generator=seeded(seed)).tolist()}


def normal(seed, count, mean=0.0, std=0.02):
    values = torch.empty(count).normal_(mean, std, generator=seeded(seed)).tolist()
    return {"seed": seed, "count": count, "mean": mean, "std": std, "values": values}


def sequence(seed, mean, std, counts):
    generator = seeded(seed)
    draws = [torch.empty(count).normal_(mean, std, generator=generator).tolist() for count in counts]
    return {"seed": seed, "mean": mean, "std": std, "draws": draws}


print(json.dumps({
    "randperm": [randperm(seed, n) for seed, n in [(42, 20), (43, 20), (0, 1), (7, 2), (123, 17), (2**32 - 1, 33)]],
    "normal": [normal(seed, count) for seed, count in [(42, 256), (42, 16), (1, 17), (2, 31), (3, 33), (4, 40), (5, 1), (6, 2), (7, 15), (8, 9)]],
    "sequence": sequence(9, 1, 2, [3, 4, 20]),
}))
