"""A small network trained by torch: weights, inputs, losses, norms. Usage: python make_training.py > training.json"""
import json
import torch

torch.manual_seed(3)
net = torch.nn.Sequential(torch.nn.Linear(6, 10), torch.nn.GELU(), torch.nn.LayerNorm(10, eps=1e-6), torch.nn.Linear(10, 3))
x = torch.randn(12, 6)
y = torch.randint(0, 3, (12,))
weights = {n: p.detach().clone() for n, p in net.named_parameters()}
decay = [p for n, p in net.named_parameters() if n.endswith("weight") and not n.startswith("2.")]
rest = [p for n, p in net.named_parameters() if not (n.endswith("weight") and not n.startswith("2."))]
rates = [0.02 * (1 - i / 12) for i in range(12)]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], lr=rates[0])
losses, norms = [], []
for lr in rates:
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(x), y, label_smoothing=0.1)
    loss.backward()
    norms.append(torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5).item())
    optimizer.step()
    losses.append(loss.item())
flat = lambda t: t.flatten().tolist()
print(json.dumps({"x": flat(x), "y": y.tolist(), "rates": rates, "losses": losses, "norms": norms,
                  "weights": {n: {"shape": list(p.shape), "data": flat(p)} for n, p in weights.items()},
                  "final": {n: flat(p.detach()) for n, p in net.named_parameters()}}))
