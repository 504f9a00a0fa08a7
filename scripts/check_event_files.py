"""Whether TensorBoard reads the event files of a run that was reported to 'all', and what it reads is the log.

Usage, where tensorboard is installed: python scripts/check_event_files.py FOLDER_OF_THE_RUN
"""
import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def tag_of(name):
    split, _, rest = name.partition("_")
    return f"{split}/{rest}" if split in ("eval", "test") else f"train/{name}"


folder = sys.argv[1]
read = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
read.Reload()
tags = read.Tags()
texts = {tag: [tensor_util.make_ndarray(event.tensor_proto).item().decode() for event in read.Tensors(tag)] for tag in tags["tensors"]}
scalars = {tag: {event.step: event.value for event in read.Scalars(tag)} for tag in tags["scalars"]}

arguments = json.loads(texts["args/text_summary"][-1])
compared = 0
with open(f"{folder}/log.jsonl") as lines:
    for entry in map(json.loads, lines):
        for name, value in entry.items():
            if name == "step" or not isinstance(value, (int, float)):
                continue
            shown = scalars[tag_of(name)][entry["step"]]
            assert math.isclose(shown, value, rel_tol=1e-6, abs_tol=1e-12), (name, entry["step"], shown, value)
            compared += 1
steps = sorted({step for values in scalars.values() for step in values})
assert compared > 0
print(f"TensorBoard reads {len(scalars)} curves over steps {steps[0]} to {steps[-1]} and {len(texts)} texts; {compared} values are those of log.jsonl.")
print(f"The arguments are {len(arguments)}, learning_rate {arguments['learning_rate']}.")
