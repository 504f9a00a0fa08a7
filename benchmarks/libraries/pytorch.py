"""PyTorch, on NVIDIA's GPU where there is one, else on the processor: answers the same tasks as serve.mjs. Needs torch and transformers."""
import itertools, json, os, sys, time
import torch
from transformers import BertConfig, BertForSequenceClassification

torch.set_num_threads(os.cpu_count())
torch.backends.cuda.matmul.allow_tf32 = False
gpu = torch.cuda.is_available()
torch.set_default_device("cuda" if gpu else "cpu")
settle = torch.cuda.synchronize if gpu else lambda: None


def gemm(layout, m, n, k, elementType="f32"):
    a, b = (torch.randn(k, m).T if layout == "TN" else torch.randn(m, k)), (torch.randn(n, k).T if layout == "NT" else torch.randn(k, n))

    def run(repeats):
        for _ in range(repeats):
            a @ b
        settle()
    return run


def make_model(config):
    model = BertForSequenceClassification(BertConfig(hidden_size=config["hiddenSize"], num_hidden_layers=config["numHiddenLayers"],
                                                     num_attention_heads=config["numAttentionHeads"], intermediate_size=config["intermediateSize"])).train()
    return model, torch.optim.AdamW(model.parameters(), lr=5e-5, fused=True)


def train_step(model, optimizer, batch):
    loss = model(**batch).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    loss.item()


def step(config, batchSize, length, fp16=False):
    model, optimizer = make_model(config)
    ids = 1000 + (torch.arange(batchSize * length) * 7919 % 20000).reshape(batchSize, length)
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": torch.arange(batchSize) % 2}

    def run(repeats):
        for _ in range(repeats):
            train_step(model, optimizer, batch)
    return run


def epoch(config, file):
    model, optimizer = make_model(config)
    batches = itertools.cycle([pad(rows) for rows in json.load(open(file))])

    def run(repeats):
        for batch in itertools.islice(batches, repeats):
            train_step(model, optimizer, batch)
    return run


def pad(rows):
    longest = max(len(row["input_ids"]) for row in rows)
    column = lambda make: torch.tensor([make(row) + [0] * (longest - len(row["input_ids"])) for row in rows])
    return {"input_ids": column(lambda row: row["input_ids"]), "token_type_ids": column(lambda row: row["token_type_ids"]),
            "attention_mask": column(lambda row: [1] * len(row["input_ids"])), "labels": torch.tensor([row["label"] for row in rows])}


tasks, prepared = {"epoch": epoch, "gemm": gemm, "step": step}, {}
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
