"""transformers' Trainer on MRPC, or on pairs with its columns. Usage: python3 transformersRun.py MODEL PAIRS {f32|fp16} STEPS      prints a line of JSON"""

import csv
import json
import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments

model, pairs, precision, steps = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
tokenizer = AutoTokenizer.from_pretrained(model)


def column(row, *names):
    return next(row[name] for name in names if name in row)


def read(split):
    with open(f"{pairs}/{split}.tsv", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    encoded = tokenizer(
        [column(row, "#1 String", "sentence1") for row in rows],
        [column(row, "#2 String", "sentence2") for row in rows],
        truncation=True,
    )
    labels = [int(column(row, "Quality", "label")) for row in rows]
    return [{**{name: encoded[name][index] for name in encoded}, "label": label} for index, label in enumerate(labels)]


arguments = TrainingArguments(
    "transformers-out",
    max_steps=steps,
    fp16=precision == "fp16" and torch.cuda.is_available(),
    report_to="none",
    save_strategy="no",
    logging_steps=50,
    disable_tqdm=True,
)
trainer = Trainer(
    AutoModelForSequenceClassification.from_pretrained(model),
    arguments,
    train_dataset=read("train"),
    data_collator=DataCollatorWithPadding(tokenizer),
    processing_class=tokenizer,
)
metrics = trainer.train().metrics
print(json.dumps({"stepsPerSecond": metrics["train_steps_per_second"], "trainLoss": metrics["train_loss"]}), flush=True)
