"""What transformers' Trainer has, and does with the regression of its own tests.

Usage, with transformers 5.24: python make_trainer.py > trainer.json
"""
import contextlib
import dataclasses
import inspect
import json
import sys
import tempfile

import transformers
from make_events import RegressionModel, camel, rows
from transformers import Trainer, TrainerCallback, TrainerControl, TrainingArguments
from transformers.trainer_callback import TrainerState

snake = lambda name: "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
inverse = lambda name: {"adamBeta1": "adam_beta1", "adamBeta2": "adam_beta2"}.get(name, snake(name))
schedule = {"maxSteps": 12, "loggingSteps": 1, "warmupSteps": 3}
steps = {"evalStrategy": "steps"}
runs = {
    "default": {"loggingSteps": 5},
    "epochs": {"numTrainEpochs": 1.5, "loggingSteps": 4},
    "maxSteps": {"maxSteps": 30, "numTrainEpochs": 1, "loggingSteps": 10},
    "under an epoch": {"maxSteps": 5, "loggingSteps": 2},
    "large batch": {"perDeviceTrainBatchSize": 100, "loggingSteps": 1},
    "linear": {"lrSchedulerType": "linear", **schedule},
    "cosine": {"lrSchedulerType": "cosine", **schedule},
    "restarts": {"lrSchedulerType": "cosine_with_restarts", "lrSchedulerKwargs": {"numCycles": 2}, **schedule},
    "polynomial": {"lrSchedulerType": "polynomial", "lrSchedulerKwargs": {"power": 2, "lrEnd": 1e-5}, **schedule},
    "constant": {"lrSchedulerType": "constant", "maxSteps": 6, "loggingSteps": 1},
    "constant_with_warmup": {"lrSchedulerType": "constant_with_warmup", **schedule},
    "inverse_sqrt": {"lrSchedulerType": "inverse_sqrt", **schedule},
    "min_lr": {"lrSchedulerType": "cosine_with_min_lr", "lrSchedulerKwargs": {"minLr": 0.01}, **schedule},
    "warmup_min_lr": {"lrSchedulerType": "cosine_warmup_with_min_lr", "lrSchedulerKwargs": {"minLr": 0.01}, **schedule},
    "wsd": {"lrSchedulerType": "warmup_stable_decay", "lrSchedulerKwargs": {"numDecaySteps": 4}, **schedule},
    "warmup part": {"warmupSteps": 0.25, "maxSteps": 12, "loggingSteps": 1},
    "decay": {"weightDecay": 0.1, "loggingSteps": 8},
    "adam": {"adamBeta1": 0.8, "adamBeta2": 0.99, "adamEpsilon": 1e-6, "loggingSteps": 4},
    "clipped": {"maxGradNorm": 0.5, "loggingSteps": 4},
    "not clipped": {"maxGradNorm": 0, "loggingSteps": 4},
    "accumulation": {"gradientAccumulationSteps": 2, "perDeviceTrainBatchSize": 4, "loggingSteps": 1},
    "short group": {"gradientAccumulationSteps": 3, "perDeviceTrainBatchSize": 8, "loggingSteps": 1},
    "seed": {"seed": 7, "loggingSteps": 4},
    "data seed": {"dataSeed": 7, "loggingSteps": 4},
    "sequential": {"trainSamplingStrategy": "sequential", "loggingSteps": 4},
    "first step": {"loggingFirstStep": True, "loggingSteps": 5, "maxSteps": 10},
    "log epochs": {"loggingStrategy": "epoch"},
    "log nothing": {"loggingStrategy": "no"},
    "log part": {"loggingSteps": 0.1},
    "eval epochs": {"evalStrategy": "epoch", "loggingStrategy": "epoch"},
    "eval steps": {**steps, "evalSteps": 5, "loggingSteps": 5},
    "eval by logs": {**steps, "loggingSteps": 10},
    "eval part": {**steps, "evalSteps": 0.2, "loggingSteps": 0.1},
    "eval delay": {"evalStrategy": "epoch", "evalDelay": 2, "loggingSteps": 8},
    "eval delay over": {**steps, "evalSteps": 4, "evalDelay": 10, "maxSteps": 6, "loggingSteps": 2},
    "eval on start": {"evalStrategy": "epoch", "evalOnStart": True, "loggingSteps": 8},
    "drop last": {"dataloaderDropLast": True, "perDeviceTrainBatchSize": 10, "loggingSteps": 3},
    "drop last in evaluation": {"dataloaderDropLast": True, "perDeviceEvalBatchSize": 8, "evalStrategy": "epoch", "loggingSteps": 8},
    "best": {**steps, "evalSteps": 4, "saveStrategy": "best", "metricForBestModel": "loss", "loadBestModelAtEnd": True, "learningRate": 3.0, "loggingSteps": 4},
}
timing = ("_runtime", "_per_second", "total_flos")


def trained_twice():
    """Weights after two calls of train(), the second of which goes on with the moments of the first."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        args = TrainingArguments(folder, learning_rate=0.1, max_steps=4, lr_scheduler_type="constant", save_strategy="no", disable_tqdm=True, use_cpu=True)
        trainer = Trainer(RegressionModel(), args, train_dataset=rows)
        trainer.train()
        trainer.train()
    return {"a": trainer.model.a.item(), "b": trainer.model.b.item()}


def recorded(arguments):
    options = {inverse(name): value for name, value in arguments.items()}
    if "lr_scheduler_kwargs" in options:
        options["lr_scheduler_kwargs"] = {inverse(name): value for name, value in options["lr_scheduler_kwargs"].items()}
    defaults = {"learning_rate": 0.1, "save_strategy": "no", "disable_tqdm": True, "report_to": [], "use_cpu": True}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        args = TrainingArguments(folder, **(defaults | options))
        trainer = Trainer(RegressionModel(), args, train_dataset=rows, eval_dataset=rows[:20])
        result = trainer.train()
    model, state = trainer.model, trainer.state
    log = [{name: value for name, value in entry.items() if not name.endswith(timing)} for entry in state.log_history]
    best = {"metric": state.best_metric, "step": state.best_global_step}
    return {"arguments": arguments, "a": model.a.item(), "b": model.b.item(), "trainLoss": result.training_loss, "best": best, "log": log}


def default_of(field):
    if field.default is not dataclasses.MISSING:
        value = field.default
    else:
        value = None if field.default_factory is dataclasses.MISSING else field.default_factory()
    return getattr(value, "value", value)


def parameters(function):
    return [camel(name) for name in inspect.signature(function).parameters if name not in ("self", "kwargs")]


public = [name for name in dir(Trainer) if not name.startswith("_") and callable(getattr(Trainer, name))]
surface = {
    "arguments": {camel(field.name): default_of(field) for field in dataclasses.fields(TrainingArguments) if field.init},
    "methods": [camel(name) for name in public],
    "events": [camel(name) for name in vars(TrainerCallback) if name.startswith("on_")],
    "options": {name: parameters(getattr(Trainer, name)) for name in ("__init__", "train", "evaluate", "predict", "create_model_card")},
    "state": dataclasses.asdict(TrainerState()),
    "control": [camel(field.name) for field in dataclasses.fields(TrainerControl)],
}
print("{")
print(f' "version": {json.dumps(transformers.__version__)},')
print(' "surface": {\n' + ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in surface.items()) + "\n },")
print(f' "twice": {json.dumps(trained_twice())},')
print(' "runs": {\n' + ",\n".join(f"  {json.dumps(name)}: {json.dumps(recorded(run))}" for name, run in runs.items()) + "\n }\n}")
