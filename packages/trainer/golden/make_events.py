"""The events of transformers' Trainer, as a callback sees them. Usage: python make_events.py > events.json"""
import contextlib
import json
import sys
import tempfile

import torch
import transformers
from transformers import Trainer, TrainerCallback, TrainingArguments

rows = json.load(open(sys.path[0] + "/regression.json"))
rows = [{"input_x": x, "label": y} for x, y in zip(rows["x"], rows["y"])]
names = [name for name in vars(TrainerCallback) if name.startswith("on_")]
flags = ["should_training_stop", "should_epoch_stop", "should_log", "should_evaluate", "should_save"]


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class RegressionModel(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.zeros(1))
        self.b = torch.nn.Parameter(torch.zeros(1))

    def forward(self, input_x, labels=None):
        predicted = input_x * self.a + self.b
        return (torch.nn.functional.mse_loss(predicted, labels), predicted)


class Watching(TrainerCallback):
    """Writes down event, step and the flags that are set, and sets flags itself where it is told to."""

    def __init__(self, sets):
        self.sets = sets
        self.seen = []


def event(name):
    def called(self, args, state, control, **context):
        told = [camel(flag) for flag in flags if getattr(control, flag)]
        self.seen.append([camel(name), state.global_step, round(state.epoch or 0, 6), *told])
        for at, step, flag in self.sets:
            if at == name and step == state.global_step:
                setattr(control, flag, True)

    return called


for name in names:
    setattr(Watching, name, event(name))


def trace(arguments, calls=("train",), sets=()):
    watching = Watching(sets)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        args = TrainingArguments(folder, learning_rate=0.1, disable_tqdm=True, report_to=[], use_cpu=True, **arguments)
        trainer = Trainer(RegressionModel(), args, train_dataset=rows, eval_dataset=rows[:20], callbacks=[watching])
        for call in calls:
            getattr(trainer, call)(*([rows[:10]] if call == "predict" else []))
    options = {camel(name): value for name, value in arguments.items()}
    told = [[camel(at), step, camel(flag)] for at, step, flag in sets]
    return {"arguments": options, "calls": calls, "sets": told, "events": watching.seen}


if __name__ == "__main__":
    best = {"save_strategy": "best", "load_best_model_at_end": True, "metric_for_best_model": "loss"}
    steps = {"logging_steps": 3, "eval_steps": 5, "save_steps": 10, "eval_strategy": "steps"}
    epochs = {"logging_strategy": "epoch", "eval_strategy": "epoch", "save_strategy": "epoch"}
    quiet = {"save_strategy": "no", "num_train_epochs": 2}
    cases = {
        "by steps": trace({"num_train_epochs": 2, **steps}),
        "by epochs, accumulated": trace({"num_train_epochs": 2, "gradient_accumulation_steps": 3, **epochs}),
        "in the middle of an epoch": trace({"max_steps": 5, "logging_first_step": True, "save_strategy": "steps", "save_steps": 4}),
        "the best, evaluated at the start": trace({"num_train_epochs": 2, "eval_on_start": True, "eval_strategy": "epoch", **best}),
        "evaluated and predicted alone": trace(quiet | {"max_steps": 1}, ["evaluate", "predict", "train", "predict"]),
        "flags of callbacks": trace(
            quiet,
            sets=[
                ("on_step_end", 2, "should_log"),
                ("on_log", 2, "should_evaluate"),
                ("on_evaluate", 2, "should_save"),
                ("on_save", 2, "should_log"),
                ("on_step_begin", 3, "should_log"),
                ("on_step_end", 5, "should_epoch_stop"),
                ("on_epoch_begin", 5, "should_save"),
                ("on_epoch_end", 5, "should_evaluate"),
                ("on_pre_optimizer_step", 6, "should_save"),
                ("on_optimizer_step", 7, "should_evaluate"),
                ("on_evaluate", 8, "should_training_stop"),
            ],
        ),
        **{
            f"stopped by {name}": trace(quiet | steps | {"save_strategy": "steps", "logging_steps": 1, "eval_steps": 1, "save_steps": 1}, sets=[(name, step, "should_training_stop")])
            for name, step in [("on_step_begin", 1), ("on_pre_optimizer_step", 1), ("on_step_end", 2), ("on_log", 2), ("on_evaluate", 2), ("on_save", 2), ("on_epoch_begin", 8), ("on_epoch_end", 8)]
        },
    }
    context = ["model", "processing_class", "optimizer", "lr_scheduler", "train_dataloader", "eval_dataloader"]
    print("{")
    print(f' "about": "Events of transformers {transformers.__version__}: name, step, epoch and the flags that are set; written by make_events.py.",')
    print(f' "names": {json.dumps([camel(name) for name in names])},')
    print(f' "context": {json.dumps([camel(name) for name in context])},')
    print(' "cases": {\n' + ",\n".join(f"  {json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items()) + "\n }\n}")
