"""PyTorch on the steps and products of the check; a line of JSON each, as soon as it is measured. Usage: python3 pytorchSteps.py [quick]"""

import json
import sys
import time

import torch
from transformers import BertConfig, BertForSequenceClassification

quick = "quick" in sys.argv[1:]
device = "cuda" if torch.cuda.is_available() else "cpu"
settle = torch.cuda.synchronize if device == "cuda" else (lambda: None)


def say(**values):
    print(json.dumps(values), flush=True)


def warm_up():
    """Until two windows of 250 ms differ by less than 2 %: a card clocks up first."""
    size = 64 if quick else 4096
    a = torch.randn(size, size, device=device)
    began, before, now = time.perf_counter(), 0.0, 0.0
    while True:
        start, count = time.perf_counter(), 0
        while True:
            for _ in range(4):
                a @ a
            settle()
            count += 4
            if quick or time.perf_counter() - start >= 0.25:
                break
        before, now = now, count / (time.perf_counter() - start)
        elapsed = time.perf_counter() - began
        if quick or elapsed > 6 or (elapsed > 1.5 and abs(now - before) < 0.02 * now):
            return


def timed(run, repeats):
    """Milliseconds of one run, three rounds, the fastest first."""
    for _ in range(1 if quick else 5):
        run()
    settle()
    rounds = []
    for _ in range(1 if quick else 3):
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        settle()
        rounds.append((time.perf_counter() - start) * 1000 / repeats)
    return sorted(rounds)


def set_mode(mode):
    torch.backends.cuda.matmul.allow_tf32 = mode == "tf32"


def step(batch, length, mode):
    set_mode(mode)
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    tiny = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    model = BertForSequenceClassification(BertConfig(**(tiny if quick else {}))).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5, fused=device == "cuda")
    ids = 1000 + (torch.arange(batch * length, device=device) * 7919 % 20000).reshape(batch, length)
    data = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": torch.arange(batch, device=device) % 2}
    scaler = torch.amp.GradScaler(device, enabled=mode == "fp16" and device == "cuda")

    def run():
        with torch.autocast(device, torch.float16, enabled=mode == "fp16" and device == "cuda"):
            loss = model(**data).loss
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        loss.item()

    ms = timed(run, 1 if quick else 10)
    peak = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else 0
    say(batchSize=batch, length=length, type=mode, ms=ms, peakMB=peak)


def product(m, n, k, mode):
    set_mode(mode)
    element = torch.float16 if mode == "f16" and device == "cuda" else torch.float32
    a, b = torch.randn(m, k, device=device, dtype=element), torch.randn(n, k, device=device, dtype=element)
    ms = timed(lambda: a @ b.T, 1 if quick else 30)[0]
    say(layout="NT", type=mode, m=m, n=n, k=k, ms=ms, tflops=2 * m * n * k / ms / 1e9)


warm_up()
for batch, length in [(2, 8)] if quick else [(8, 64), (32, 64), (8, 128), (32, 128)]:
    for mode in ["f32", "tf32", "fp16"]:
        step(batch, length, mode)
for m, n, k in [(64, 64, 64)] if quick else [(4096, 4096, 4096), (2048, 768, 768), (2048, 3072, 768), (512, 768, 768)]:
    for mode in ["f32", "tf32", "f16"]:
        product(m, n, k, mode)
