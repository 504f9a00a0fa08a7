"""A model card that transformers writes. Usage: python make_model_card.py > modelCard.json"""
import contextlib
import json
import os
import sys
import tempfile

import transformers
from make_events import RegressionModel, rows
from transformers import Trainer, TrainingArguments

told = {
    "language": "en",
    "license": "apache-2.0",
    "tags": ["mine"],
    "finetuned_from": "google-bert/bert-base-uncased",
    "tasks": "text-classification",
    "dataset_tags": "nyu-mll/glue",
    "dataset": "GLUE: MRPC",
    "dataset_args": "mrpc",
}


def card(told, **arguments):
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        options = {"learning_rate": 5e-5, "disable_tqdm": True, "report_to": [], "use_cpu": True, "save_strategy": "no"}
        args = TrainingArguments(os.path.join(folder, "my model"), **(options | arguments))
        os.makedirs(args.output_dir)
        metrics = lambda prediction: {"accuracy": 0.75, "f1": 0.8123456, "matthews_correlation": 0.5}
        trainer = Trainer(RegressionModel(), args, train_dataset=rows, eval_dataset=rows[:20], compute_metrics=metrics)
        # Looked for by the card, and not there.
        trainer.model.config = None
        if arguments:
            trainer.train()
        trainer.create_model_card(**told)
        with open(args.output_dir + "/README.md") as file:
            return file.read()


cards = {
    "told all": card(told, num_train_epochs=2, eval_strategy="epoch", logging_strategy="epoch", gradient_accumulation_steps=2, warmup_steps=2),
    "told little": card({}, max_steps=4, eval_strategy="steps", eval_steps=2, label_smoothing_factor=0.0),
}
print(json.dumps({"about": f"Written by make_model_card.py with transformers {transformers.__version__}.", **cards}, indent=1))
