"""The lesson in Python, once a seed: MRPC, three epochs, the Trainer's defaults, with dropout.

    python3 scripts/parity/mrpc_transformers.py MODEL_FOLDER MRPC_FOLDER OUT.json SEED [SEED …]

MRPC_FOLDER holds train.tsv and validation.tsv as GLUE distributes MRPC. Writes accuracy, F1 and the
predicted labels after each epoch. Needs torch, transformers, accelerate, scikit-learn.
"""

import csv
import json
import sys
import tempfile
import time

import numpy
import torch
import transformers
from sklearn.metrics import accuracy_score, f1_score

model_folder, mrpc_folder, out = sys.argv[1:4]
tokenizer = transformers.AutoTokenizer.from_pretrained(model_folder)


def read(split):
    with open(f"{mrpc_folder}/{split}.tsv", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    encoded = tokenizer([row["#1 String"] for row in rows], [row["#2 String"] for row in rows], truncation=True)
    return [{**{key: encoded[key][i] for key in encoded}, "label": int(row["Quality"])} for i, row in enumerate(rows)]


train, validation = read("train"), read("validation")


def run(seed):
    epochs = []

    def compute_metrics(prediction):
        labels = numpy.argmax(prediction.predictions, axis=-1)
        metrics = {"accuracy": accuracy_score(prediction.label_ids, labels), "f1": f1_score(prediction.label_ids, labels)}
        epochs.append({**metrics, "labels": "".join(map(str, labels))})
        return metrics

    transformers.set_seed(seed)
    arguments = transformers.TrainingArguments(
        tempfile.mkdtemp(),
        eval_strategy="epoch",
        save_strategy="no",
        seed=seed,
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = transformers.Trainer(
        transformers.AutoModelForSequenceClassification.from_pretrained(model_folder, num_labels=2),
        arguments,
        train_dataset=train,
        eval_dataset=validation,
        data_collator=transformers.DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
        compute_metrics=compute_metrics,
    )
    began = time.perf_counter()
    loss = trainer.train().training_loss
    return {"seed": seed, "trainingLoss": loss, "seconds": time.perf_counter() - began, "epochs": epochs}


results = []
for seed in map(int, sys.argv[4:]):
    results.append(run(seed))
    with open(out, "w") as file:
        json.dump({"torch": torch.__version__, "transformers": transformers.__version__, "runs": results}, file)
    print(seed, [(epoch["accuracy"], epoch["f1"]) for epoch in results[-1]["epochs"]], results[-1]["seconds"], flush=True)
