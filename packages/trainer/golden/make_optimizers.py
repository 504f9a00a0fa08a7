"""transformers' Trainer on the regression of make_regression.py, with other optimizers, groups and schedules, and the
orders of its sampling by length. Usage: python make_optimizers.py > optimizers.json"""
import json
import tempfile

import numpy
import torch
from transformers import PrinterCallback, Trainer, TrainingArguments
from transformers.trainer_pt_utils import get_length_grouped_indices

from make_regression import RegressionModel, x, y

rows = [{"input_x": a, "label": b} for a, b in zip(x.tolist(), y.tolist())]


class OwnGroups(Trainer):
    def create_optimizer(self, model=None):
        self.optimizer = torch.optim.SGD([{"params": [self.model.a], "lr": 0.05}, {"params": [self.model.b], "lr": 0.2}], lr=0.1)
        return self.optimizer


def train(options, cls=Trainer, **more):
    model = RegressionModel()
    with tempfile.TemporaryDirectory() as folder:
        given = dict(learning_rate=0.1, seed=42, save_strategy="no", disable_tqdm=True, report_to=[], use_cpu=True, logging_steps=4)
        args = TrainingArguments(folder, **{**given, **options})
        trainer = cls(model, args, train_dataset=rows, eval_dataset=rows[:16], **more)
        trainer.remove_callback(PrinterCallback)
        result = trainer.train()
        rates = [entry["learning_rate"] for entry in trainer.state.log_history if "learning_rate" in entry]
    return {"a": model.a.item(), "b": model.b.item(), "trainLoss": result.training_loss, "rates": rates}


cases = {
    "sgd": train({"optim": "sgd"}),
    "sgdMomentum": train({"optim": "sgd", "optim_args": "momentum=0.9,nesterov=true", "weight_decay": 0.1, "max_grad_norm": 0.5}),
    "adafactor": train({"optim": "adafactor"}),
    "adagrad": train({"optim": "adagrad", "optim_args": "lr_decay=0.01"}),
    "rmsprop": train({"optim": "rmsprop", "optim_args": "alpha=0.9,momentum=0.5,centered=true"}),
    "ownGroups": train({"lr_scheduler_type": "cosine", "warmup_steps": 3}, OwnGroups),
    "clsAndKwargs": train({}, optimizer_cls_and_kwargs=(torch.optim.SGD, {"lr": 0.02, "momentum": 0.5})),
    "plateau": train({"optim": "sgd", "eval_strategy": "steps", "eval_steps": 2, "logging_steps": 1, "lr_scheduler_type": "reduce_lr_on_plateau",
                      "lr_scheduler_kwargs": {"factor": 0.5, "patience": 0, "threshold": 0.3}}),
}
draws = numpy.random.RandomState(1)
orders = []
for count, batch_size in ((1, 1), (7, 2), (64, 4), (203, 8), (50, 16)):
    lengths = draws.randint(1, 30, size=count).tolist()
    for seed in (0, 43):
        order = get_length_grouped_indices(lengths, batch_size, generator=torch.Generator().manual_seed(seed))
        orders.append({"lengths": lengths, "batchSize": batch_size, "seed": seed, "order": order})
print(json.dumps({"cases": cases, "orders": orders}))
