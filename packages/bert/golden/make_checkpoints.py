"""Tiny checkpoints of the kinds that are about, as torch and transformers write them, with the norms of the weights that transformers reads.

Usage: python make_checkpoints.py  -> checkpoints/ beside this file. Needs torch, transformers, safetensors.
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
config = transformers.BertConfig(
    vocab_size=7, hidden_size=4, num_hidden_layers=1, num_attention_heads=2, intermediate_size=6, max_position_embeddings=5
)
transformers.set_seed(5)
model = transformers.BertForSequenceClassification(config)
with torch.no_grad():
    for parameter in model.parameters():
        parameter.copy_(torch.randn_like(parameter))
norms = {}


def keep(name, **options):
    """The norm of every weight that transformers reads from the folder, in float32, by name."""
    loader = transformers.AutoModel if options else transformers.AutoModelForSequenceClassification
    loaded = loader.from_pretrained(here / name, dtype=torch.float32, **options)
    norms[name] = [round(float(value.double().norm()), 7) for _, value in sorted(loaded.state_dict().items())]


for name, dtype in {"f16": torch.float16, "bf16": torch.bfloat16, "f64": torch.float64}.items():
    copy.deepcopy(model).to(dtype).save_pretrained(here / name)
    keep(name)
model.save_pretrained(here / "split", max_shard_size=700)
keep("split")

# The encoder alone: names without "bert.", and no pooler.
bare = transformers.BertModel(config, add_pooling_layer=False)
bare.load_state_dict(model.bert.state_dict(), strict=False)
bare.save_pretrained(here / "bare")
keep("bare", add_pooling_layer=False)

# As early versions wrote it; today's save_pretrained no longer does.
old = {"bert.embeddings.position_ids": torch.arange(5)[None]}
for key, value in model.state_dict().items():
    old[key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")] = value
(here / "old-names").mkdir()
shutil.copy(here / "split" / "config.json", here / "old-names")
save_file(old, here / "old-names" / "model.safetensors", {"format": "pt"})
keep("old-names")
(here / "norms.json").write_text(json.dumps(norms, separators=(",", ":")) + "\n")
