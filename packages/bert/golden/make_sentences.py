"""What Python's sentence-transformers makes of own-mini with several poolings, beside the files that it saves.

Usage: python make_sentences.py  -> sentences.json beside this file. Needs torch, transformers, sentence-transformers.
"""

import json
import pathlib
import tempfile

import sentence_transformers
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

here = pathlib.Path(__file__).parent
sentences = ["Rain is expected.", "A fox crossed the lake, and the fox ran on.", "No!", "", "fox " * 40]
kinds = {"mean": ["mean"], "cls": ["cls"], "max": ["max"], "mean and max": ["mean", "max"], "length 1": ["mean"]}
models = {}
for name, modes in kinds.items():
    transformer = Transformer(str(here / "own-mini"), max_seq_length=24)
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode=tuple(modes))
    modules = [transformer, pooling, *([Normalize()] if name == "length 1" else [])]
    model = SentenceTransformer(modules=modules, device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        model.save(folder)
        texts = ["modules.json", "sentence_bert_config.json", "1_Pooling/config.json", "tokenizer_config.json"]
        files = {file: (pathlib.Path(folder) / file).read_text() for file in texts}
    vectors = model.encode(sentences, convert_to_numpy=True)
    models[name] = {"files": files, "vectors": [[round(float(value), 7) for value in vector] for vector in vectors]}
version = sentence_transformers.__version__
(here / "sentences.json").write_text(json.dumps({"version": version, "sentences": sentences, "models": models}) + "\n")
