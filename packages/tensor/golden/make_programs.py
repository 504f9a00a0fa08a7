"""Programs as a user of PyTorch writes them: losses of every step, and what they end with.

    python packages/tensor/golden/make_programs.py > packages/tensor/golden/programs.json
"""

import copy
import json
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

STEPS = 5


def variational_autoencoder():
    encoder, mean, log_variance = nn.Linear(8, 16), nn.Linear(16, 2), nn.Linear(16, 2)
    hidden, decoder = nn.Linear(2, 16), nn.Linear(16, 8)
    layers = nn.ModuleList([encoder, mean, log_variance, hidden, decoder])
    x = torch.rand(32, 8)
    optimizer = torch.optim.Adam(layers.parameters(), lr=1e-2)
    for _ in range(STEPS):
        noise = torch.randn(32, 2)
        features = F.relu(encoder(x))
        mu, log_var = mean(features), log_variance(features)
        logits = decoder(F.relu(hidden(mu + noise * torch.exp(0.5 * log_var))))
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        divergence = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
        loss = (reconstruction + divergence) / 32
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln1, self.qkv, self.proj = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.ln2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.qkv(self.ln1(x)).split(width, dim=2)
        q, k, v = [part.view(batch, length, self.heads, -1).transpose(1, 2) for part in parts]
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp(self.ln2(x))


def language_model():
    tokens, places = nn.Embedding(13, 16), nn.Embedding(8, 16)
    blocks = nn.ModuleList([Block(16, 2) for _ in range(2)])
    norm = nn.LayerNorm(16)
    model = nn.ModuleList([tokens, places, blocks, norm])

    def forward(ids):
        x = tokens(ids) + places(torch.arange(ids.shape[1]))
        for block in blocks:
            x = block(x)
        return norm(x) @ tokens.weight.T

    data = torch.arange(200) * 7 % 13
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / 30)))
    for _ in range(STEPS):
        starts = torch.randint(0, len(data) - 9, (4,)).tolist()
        rows = torch.stack([data[start : start + 9] for start in starts])
        loss = F.cross_entropy(forward(rows[:, :-1]).reshape(-1, 13), rows[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        yield loss
    ids = torch.tensor([[0]])
    with torch.no_grad():
        for _ in range(6):
            ids = torch.cat([ids, forward(ids[:, -8:])[:, -1].argmax(-1, keepdim=True)], 1)
    yield ids


def contrastive():
    encoder = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 4))
    first = torch.randn(16, 6)
    second = first + 0.1 * torch.randn(16, 6)
    log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
    groups = [{"params": encoder.parameters()}, {"params": [log_scale], "lr": 2.0}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
    for _ in range(STEPS):
        a, b = F.normalize(encoder(first)), F.normalize(encoder(second))
        scores = a @ b.T * log_scale.exp()
        own = torch.arange(16)
        loss = (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        log_scale.data.clamp_(0, 2.5)
        yield loss
    yield log_scale


def recurrent():
    of_input, of_state, head = nn.Linear(3, 32), nn.Linear(8, 32), nn.Linear(8, 1)
    x = torch.randn(4, 7, 3)
    y = x.sum(-1).cumsum(1)
    optimizer = torch.optim.RMSprop([*of_input.parameters(), *of_state.parameters(), *head.parameters()], lr=1e-2)
    for _ in range(STEPS):
        state, cell, states = torch.zeros(4, 8), torch.zeros(4, 8), []
        for time in range(7):
            enter, forget, new, leave = (of_input(x[:, time]) + of_state(state)).chunk(4, 1)
            cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
            state = torch.sigmoid(leave) * torch.tanh(cell)
            states.append(state)
        loss = F.mse_loss(head(torch.stack(states, 1)).squeeze(-1), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss


def mixture_of_experts():
    gate = nn.Linear(6, 4, bias=False)
    experts = nn.ModuleList([nn.Sequential(nn.Linear(6, 12), nn.SiLU(), nn.Linear(12, 6)) for _ in range(4)])
    x, y = torch.randn(10, 6), torch.randn(10, 6)
    optimizer = torch.optim.AdamW([*gate.parameters(), *experts.parameters()], lr=1e-2)
    for _ in range(STEPS):
        probabilities = F.softmax(gate(x), -1)
        values, indices = torch.topk(probabilities, 2, -1)
        values = values / values.sum(-1, keepdim=True)
        output = torch.zeros_like(x)
        for number, expert in enumerate(experts):
            rows, places = torch.where(indices == number)
            if len(rows) > 0:
                output = output.index_add(0, rows, expert(x[rows]) * values[rows, places].unsqueeze(-1))
        load = F.one_hot(indices, 4).float().sum(1).mean(0)
        loss = F.mse_loss(output, y) + 0.01 * 4 * (load * probabilities.mean(0)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss


def averaged():
    model = nn.ModuleDict({"embedding": nn.Embedding(11, 5, padding_idx=0), "head": nn.Linear(5, 3)})
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    ids = torch.tensor([[1, 2, 3, 0], [4, 5, 0, 0], [6, 7, 8, 9], [10, 1, 0, 0]])
    classes = torch.tensor([0, 1, 2, 1])
    for _ in range(STEPS):
        optimizer.zero_grad()
        for first in (0, 2):
            part = ids[first : first + 2]
            mask = (part != 0).unsqueeze(-1).float()
            pooled = (model["embedding"](part) * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            loss = F.cross_entropy(model["head"](pooled), classes[first : first + 2], label_smoothing=0.1) / 2
            loss.backward()
            yield loss
        optimizer.step()
        with torch.no_grad():
            for mean, weight in zip(average.parameters(), model.parameters()):
                mean.lerp_(weight, 0.1)
    yield from average.parameters()


def own_optimizer():
    weight, matrix = nn.Parameter(torch.randn(5)), torch.randn(5, 5)
    first, second = torch.zeros(5), torch.zeros(5)
    for step in range(1, STEPS + 1):
        loss = (matrix @ weight).pow(2).sum()
        (gradient,) = torch.autograd.grad(loss, weight)
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient * gradient
        with torch.no_grad():
            weight -= 0.1 * (first / (1 - 0.9**step)) / ((second / (1 - 0.999**step)).sqrt() + 1e-8)
        yield loss
    yield weight


def beam_search():
    transitions = F.log_softmax(torch.randn(6, 6), -1)
    beams, scores = torch.tensor([[0]]), torch.zeros(1)
    for _ in range(STEPS):
        candidates = (scores.unsqueeze(-1) + transitions[beams[:, -1]]).flatten()
        scores, places = torch.topk(candidates, min(3, len(candidates)))
        beams = torch.cat([beams[places // 6], (places % 6).unsqueeze(-1)], 1)
    yield beams
    yield scores


def values(tensor):
    return [round(value, 7) for value in tensor.detach().flatten().tolist()]


programs = [
    variational_autoencoder,
    language_model,
    contrastive,
    recurrent,
    mixture_of_experts,
    averaged,
    own_optimizer,
    beam_search,
]
written = {}
for number, program in enumerate(programs):
    torch.manual_seed(number)
    written[program.__name__] = [value for tensor in program() for value in values(tensor)]
print(json.dumps(written))
