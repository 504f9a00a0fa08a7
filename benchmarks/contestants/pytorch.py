"""PyTorch on the processor, as a further column: answers the same tasks as serve.mjs. Needs torch and transformers."""
import json, sys, time
import torch
from transformers import BertConfig, BertForSequenceClassification

torch.set_num_threads(2)


def gemm(layout, m, n, k, elementType="f32"):
    a, b = (torch.randn(k, m).T if layout == "TN" else torch.randn(m, k)), (torch.randn(n, k).T if layout == "NT" else torch.randn(k, n))

    def run(repeats):
        for _ in range(repeats):
            a @ b
    return run


def step(config, batchSize, length, fp16=False):
    model = BertForSequenceClassification(BertConfig(hidden_size=config["hiddenSize"], num_hidden_layers=config["numHiddenLayers"],
                                                     num_attention_heads=config["numAttentionHeads"], intermediate_size=config["intermediateSize"])).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5, fused=True)
    ids = 1000 + (torch.arange(batchSize * length) * 7919 % 20000).reshape(batchSize, length)
    labels = torch.arange(batchSize) % 2

    def run(repeats):
        for _ in range(repeats):
            loss = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            loss.item()
    return run


tasks, prepared = {"gemm": gemm, "step": step}, {}
for line in sys.stdin:
    shape = json.loads(line)
    task, repeats = shape.pop("task"), shape.pop("repeats")
    key = json.dumps([task, shape])
    try:
        if key not in prepared:
            prepared[key] = tasks[task](**shape)
            prepared[key](2)
        began = time.perf_counter()
        prepared[key](repeats)
        print(json.dumps({"milliseconds": (time.perf_counter() - began) * 1000 / repeats}), flush=True)
    except Exception as error:
        print(json.dumps({"error": str(error).split("\n")[0]}), flush=True)
