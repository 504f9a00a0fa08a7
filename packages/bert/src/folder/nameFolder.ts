/** With AutoModel the converted checkpoint would lose its head. */
const conversion = (option: string) =>
  "the class that config.json names in 'architectures', such as " +
  `BertForSequenceClassification.from_pretrained(folder${option}).save_pretrained(folder).`;

/** Kinds of files that this package does not read, with advice. */
const kinds: readonly (readonly [pattern: RegExp, what: string])[] = [
  [
    /(^|\/)adapter_(config\.json|model\.)/,
    'It is a PEFT adapter, which holds only changes to another model: merge it in Python ' +
      '(model.merge_and_unload().save_pretrained(folder)) and load that folder.',
  ],
  [
    /\.gguf$/,
    'It holds GGUF files for llama.cpp, whose weights cannot be trained: load the model they were made from.',
  ],
  [
    /(^|\/)(pytorch_model(-\d+-of-\d+)?\.bin|pytorch_model\.bin\.index\.json)$/,
    'It holds a pytorch_model.bin: convert it in Python with ' + conversion(''),
  ],
  [
    /(^|\/)(tf_model\.h5|saved_model\.pb|model\.ckpt.*|bert_model\.ckpt.*|.*\.ckpt\.(index|meta))$/,
    'It is a TensorFlow checkpoint: convert it in Python, with transformers before 5 and ' +
      conversion(', from_tf=True'),
  ],
  [
    /(^|\/)flax_model\.msgpack$/,
    'It is a Flax checkpoint: convert it in Python, with transformers before 5 and ' + conversion(', from_flax=True'),
  ],
  [
    /(^|\/)openvino_model\.|\.(mlmodel|tflite|engine|trt)$|\.mlpackage\//,
    'It is an export for another runtime, which can run but not be trained: load the model it was exported from.',
  ],
  [/\.onnx$/, 'It is an ONNX export, which can run but not be trained: load the model it was exported from.'],
  [
    /^0_Transformer\/config\.json$/,
    "It is a model of sentence-transformers, with its BERT in an inner folder: pass { subfolder: '0_Transformer' }, " +
      'or load it with SentenceTransformer.fromPretrained.',
  ],
  [
    /\.(incomplete|part|partial|crdownload)$/,
    'A download or a save was interrupted: there is an unfinished file. Download or save it again.',
  ],
  [
    /(^|\/)snapshots\/[0-9a-f]{40}\//,
    "It is a folder of the Hugging Face cache: load the model by its name on the hub, or the folder below 'snapshots'.",
  ],
  [
    /(^|\/)checkpoint-\d+\//,
    'It holds the checkpoints of a training run: load one of the folders in it, such as checkpoint-500.',
  ],
  [
    /(^|\/)(spiece|sentencepiece(\.bpe)?|tokenizer)\.model$/,
    'Its tokenizer is SentencePiece, as in T5, ALBERT and XLM-RoBERTa; BERT has a vocab.txt. Choose a BERT checkpoint.',
  ],
  [
    /(^|\/)merges\.txt$/,
    'Its tokenizer is that of GPT-2 and RoBERTa (vocab.json, merges.txt); BERT has a vocab.txt. Choose a BERT checkpoint.',
  ],
  [
    /(^|\/)(?!model(-\d{5}-of-\d{5})?\.safetensors$)[^/]*\.safetensors$/,
    'There are safetensors files of other names: the weights must be in model.safetensors.',
  ],
  [
    /^model(-\d{5}-of-\d{5})?\.safetensors$/,
    'It holds weights without the other files of the model: copy config.json and the tokenizer files from the same place.',
  ],
];

/** A sentence that says what a folder without model files contains, by the names in it. */
export function nameFolder(files: readonly string[]): string {
  for (const [pattern, what] of kinds) if (files.some((file) => pattern.test(file))) return what;
  if (files.length === 0) return 'Is the name or folder right?';
  return `It holds: ${files.slice(0, 6).join(', ')}${files.length > 6 ? `, … (${files.length} in all)` : ''}. Is the name or folder right?`;
}
