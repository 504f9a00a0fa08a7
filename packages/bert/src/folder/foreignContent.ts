import { CheckpointError } from '../errors.ts';

// With AutoModel the converted checkpoint would lose its head.
const convert =
  "convert it in Python, with the class of config.json's architectures: " +
  "BertForSequenceClassification.from_pretrained(folder).save_pretrained(folder); don't rename it";

const lfs = 'version https://git-lfs.github.com/spec/';
// The third character distinguishes a safetensors file whose header has 640 bytes.
const pickles = ['PK\u0003\u0004', '\u0080\u0002\u008a', '\u0080\u0002}', '\u0080\u0002c'];

/** First bytes of files that are something else than their name says, with advice. */
const beginnings: readonly (readonly [matches: (text: string) => boolean, what: string])[] = [
  [
    // What `git clone` without Git LFS leaves instead of a large file.
    (text) => text.startsWith(lfs),
    'a Git LFS pointer, not the file itself. Run "git lfs pull" in its folder, or load it by its hub name.',
  ],
  [
    (text) => /^\s*<(!doctype|html|\?xml)/i.test(text),
    'a web page, not the file itself: the download was answered with a login or an error. Download it again.',
  ],
  [
    (text) => text.startsWith('GGUF'),
    'a GGUF file for llama.cpp, whose weights cannot be trained: load the model it was made from',
  ],
  [(text) => pickles.some((start) => text.startsWith(start)), `a pickle of PyTorch: ${convert}`],
  [
    (text) => text.startsWith('\u0089HDF'),
    'a TensorFlow checkpoint (HDF5): convert it in Python with from_tf=True, then save_pretrained',
  ],
];

/**
 * Refuses a text that is something other than its name says.
 *
 * @throws CheckpointError that says what it is and how to get the file itself
 */
export function refuseForeignText(text: string, source: string): void {
  const found = beginnings.find(([matches]) => matches(text));
  if (found) throw new CheckpointError(`${source} is ${found[1]}`);
}

/** The same for the bytes of a file. @throws CheckpointError */
export function refuseForeignBytes(bytes: Uint8Array, source: string): void {
  refuseForeignText(String.fromCharCode(...bytes.subarray(0, 64)), source);
}
