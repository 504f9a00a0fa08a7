"""The regression that transformers tests its own Trainer with, trained by it. Usage: python make_regression.py > regression.json"""
import json
import tempfile

import numpy
import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

draws = numpy.random.RandomState(42)
x = draws.normal(size=(64,)).astype(numpy.float32)
y = 2.0 * x + 3.0 + draws.normal(scale=0.1, size=(64,)).astype(numpy.float32)


class RegressionModel(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.zeros(1))
        self.b = torch.nn.Parameter(torch.zeros(1))

    def forward(self, input_x, labels=None):
        predicted = input_x * self.a + self.b
        return (torch.nn.functional.mse_loss(predicted, labels), predicted)


def train(seed):
    model = RegressionModel()
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(folder, learning_rate=0.1, seed=seed, save_strategy="no", disable_tqdm=True, report_to=[], use_cpu=True)
        rows = [{"input_x": a, "label": b} for a, b in zip(x.tolist(), y.tolist())]
        trainer = Trainer(model, args, train_dataset=rows)
        trainer.remove_callback(PrinterCallback)
        result = trainer.train()
    return {"a": round(model.a.item(), 10), "b": round(model.b.item(), 10), "trainLoss": round(result.training_loss, 10)}


about = (
    "transformers' own regression test (tests/trainer, RegressionDataset with data seed 42): y = 2x + 3 + noise, 64 rows, batch 8, "
    "3 epochs, learning rate 0.1; a, b and trainLoss by seed of the run, as transformers 5.18 computed them on the CPU."
)
if __name__ == "__main__":
    print(json.dumps({"about": about, "x": x.tolist(), "y": y.tolist(), **{str(seed): train(seed) for seed in (42, 314)}}, indent=1))
