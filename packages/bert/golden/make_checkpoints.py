"""Tiny checkpoints of the kinds that are about, as torch and transformers write them, with what transformers makes of them.

Usage: python make_checkpoints.py  -> checkpoints/ beside this file. Needs torch, transformers, safetensors.
Of each kind that loads, checkpoints.json says which weights transformers found missing and unexpected, and the norms of the others.
"""

import copy
import json
import pathlib
import shutil

import torch
import transformers
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent / "checkpoints"
shutil.rmtree(here, ignore_errors=True)
sizes = dict(
    vocab_size=7, hidden_size=4, num_hidden_layers=1, num_attention_heads=2, intermediate_size=6, max_position_embeddings=5
)
config = transformers.BertConfig(**sizes)
kinds = {}


def drawn(model):
    """Weights that tell every tensor from every other."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return model


def loads(name, base=False):
    """What transformers reads from the folder, in float32: a classifier, or the model without a head."""
    loader = transformers.AutoModel if base else transformers.AutoModelForSequenceClassification
    model, info = loader.from_pretrained(here / name, dtype=torch.float32, output_loading_info=True)
    missing = sorted(info["missing_keys"])
    norms = {key: round(float(value.double().norm()), 7) for key, value in sorted(model.state_dict().items()) if key not in missing}
    kinds[name] = {"base": base, "missing": missing, "unexpected": sorted(info["unexpected_keys"]), "norms": list(norms.values())}


def saved(name, model, base=False, **options):
    model.save_pretrained(here / name, **options)
    loads(name, base)


def written(name, weights, metadata={"format": "pt"}, of=config, base=False, is_good=True, **fields):
    """A folder with these weights and a config.json as save_pretrained writes it, and more fields."""
    (here / name).mkdir(parents=True)
    (here / name / "config.json").write_text(json.dumps({**of.to_dict(), **fields}, indent=2) + "\n")
    save_file({key: value.contiguous() for key, value in weights.items()}, here / name / "model.safetensors", metadata)
    if is_good:
        loads(name, base)


transformers.set_seed(5)
model = drawn(transformers.BertForSequenceClassification(config))
state = model.state_dict()
bare_state = {key.removeprefix("bert."): value for key, value in state.items() if key.startswith("bert.")}
positions = torch.arange(5)[None]

# Number formats, parts.
for name, dtype in {"f16": torch.float16, "bf16": torch.bfloat16, "f64": torch.float64}.items():
    saved(name, copy.deepcopy(model).to(dtype))
written("mixed-formats", {key: value.half() if value.dim() > 1 else value for key, value in state.items()})
saved("split", model, max_shard_size=700)
written("without-metadata", state, metadata=None)

# Encoders alone.
bare = transformers.BertModel(config, add_pooling_layer=False)
bare.load_state_dict(bare_state, strict=False)
saved("bare", bare, base=True)
encoder = transformers.BertModel(config)
encoder.load_state_dict(bare_state)
saved("with-pooler", encoder, base=True)
saved("split-with-pooler", encoder, max_shard_size=700)
written("position-ids", {"embeddings.position_ids": positions, **bare_state}, architectures=["BertModel"])
written("prefixed-encoder", {key: value for key, value in state.items() if key.startswith("bert.")})
written("prefixed-without-pooler", {key: value for key, value in state.items() if key.startswith("bert.") and "pooler" not in key}, base=True)

# As early versions wrote it; today's save_pretrained no longer does.
old_names = lambda key: key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
old = {old_names(key): value for key, value in state.items()}
written("old-names", {"bert.embeddings.position_ids": positions, **old})
written("old-names-bare", {old_names(key): value for key, value in bare_state.items()}, base=True)

# Other heads.
pretraining = drawn(transformers.BertForPreTraining(config))
saved("pretraining", pretraining)
tied = {old_names(key): value.clone() for key, value in pretraining.state_dict().items()}
written("pretraining-old", {"bert.embeddings.position_ids": positions, **tied})
saved("masked-language", drawn(transformers.BertForMaskedLM(config)))
saved("question-answering", drawn(transformers.BertForQuestionAnswering(config)))
names = {0: "no", 1: "perhaps", 2: "yes"}
three = transformers.BertConfig(**sizes, id2label=names, label2id={name: number for number, name in names.items()})
saved("three-classes", drawn(transformers.BertForSequenceClassification(three)))
saved("token-classes", drawn(transformers.BertForTokenClassification(three)))
saved("regression", drawn(transformers.BertForSequenceClassification(transformers.BertConfig(**sizes, num_labels=1, problem_type="regression"))))

# What is no whole BERT of floats, and must be refused.
written("data-parallel", {f"module.{key}": value for key, value in state.items()}, is_good=False)
written("int8", {key: (value * 10).to(torch.int8) for key, value in state.items()}, is_good=False)
written("float8", {key: value.to(torch.float8_e4m3fn) for key, value in state.items()}, is_good=False)
written("layer-missing", state, of=transformers.BertConfig(**{**sizes, "num_hidden_layers": 2}), is_good=False)
written("vocabulary-grown", state, of=transformers.BertConfig(**{**sizes, "vocab_size": 9}), is_good=False)

(here / "checkpoints.json").write_text(json.dumps(kinds, indent=1) + "\n")
