"""What transformers' Trainer makes of several outputs, several labels and ragged tokens in an evaluation. Usage: python make_evaluation.py > evaluation.json"""
import json
import tempfile

import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

lengths = [2, 4, 3, 1, 5]
rows = [
    {
        "input_x": [round(0.1 * (row + 1) + 0.3 * place, 2) for place in range(length)],
        "labels": [-100 if place == 1 else (row + place) % 3 for place in range(length)],
        "labels_2": row % 2,
    }
    for row, length in enumerate(lengths)
]


class Tokens(torch.nn.Module):
    """Logits of three classes for each token, and what it has read, twice."""

    main_input_name = "input_x"

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))

    def forward(self, input_x, labels=None, labels_2=None):
        logits = input_x.unsqueeze(-1) * self.weight
        output = {"logits": logits, "twice": 2 * input_x}
        if labels is not None:
            output["loss"] = torch.nn.functional.cross_entropy(logits.reshape(-1, 3), labels.reshape(-1))
        return output


def collate(examples):
    width = max(len(example["input_x"]) for example in examples)
    pad = lambda name, value: torch.tensor([row[name] + [value] * (width - len(row[name])) for row in examples])
    return {"input_x": pad("input_x", 0.0), "labels": pad("labels", -100), "labels_2": torch.tensor([row["labels_2"] for row in examples])}


plain = lambda value: [plain(part) for part in value] if isinstance(value, (tuple, list)) else value.tolist()


def trainer(compute_metrics=None, preprocess=None, label_names=("labels", "labels_2"), **arguments):
    args = TrainingArguments(
        tempfile.mkdtemp(), per_device_eval_batch_size=2, label_names=list(label_names), report_to=[], disable_tqdm=True, use_cpu=True, **arguments
    )
    made = Trainer(Tokens(), args, data_collator=collate, eval_dataset=rows, compute_metrics=compute_metrics, preprocess_logits_for_metrics=preprocess)
    made.remove_callback(PrinterCallback)
    return made


predicted = trainer().predict(rows)
ignored = trainer().predict(rows, ignore_keys=["twice"])
seen = {}


def look(prediction):
    seen["elements"] = [plain(element) for element in prediction]
    return {"n": len(prediction.predictions)}


trainer(look, include_for_metrics=["inputs", "loss"]).evaluate()
calls = []


def count(prediction, compute_result):
    calls.append({"rows": len(prediction.predictions), "result": compute_result, "losses": plain(prediction.losses)})
    return {"calls": len(calls)}


batched = trainer(
    count, lambda logits, labels: logits[0].argmax(-1), batch_eval_metrics=True, include_for_metrics=["loss"], eval_accumulation_steps=2
).evaluate()
alone = trainer(look, prediction_loss_only=True)
print(
    json.dumps(
        {
            "about": "transformers 5.24 on the CPU: predictions, labels, and what compute_metrics is passed.",
            "rows": rows,
            "weight": [1.0, -2.0, 0.5],
            "predictions": plain(predicted.predictions),
            "labelIds": plain(predicted.label_ids),
            "withoutTwice": plain(ignored.predictions),
            "elements": seen["elements"],
            "batchCalls": calls,
            "batchMetrics": {name: value for name, value in batched.items() if name == "eval_calls"},
            "lossOnly": sorted(name for name in alone.evaluate() if not name.endswith("_second") and "time" not in name),
        }
    )
)
