import { nearestName, shown } from '@attune/validate';
import { BatchError } from '../errors.ts';

/** Numbers of an array, including 64-bit ids of other libraries. */
export type Numbers = ArrayLike<number> | ArrayLike<bigint>;

/** A host array: values in row-major order and their shape. */
export interface HostArray {
  /** Values in row-major order. */
  readonly data: ArrayLike<number> & { readonly BYTES_PER_ELEMENT?: number | undefined };
  /** Extents, outermost first. */
  readonly shape: readonly number[];
}

/**
 * One input: an array with its shape (also called `dims`, as in transformers.js), or plain lists, a
 * list of numbers per row; a value per row may be a bare typed array, too.
 */
export type ModelInput =
  | { readonly data: Numbers; readonly shape: readonly number[] }
  | { readonly data: Numbers; readonly dims: readonly number[] }
  | Numbers
  | readonly Numbers[];

/**
 * Inputs of a model's `forward`, as from a collator or tokenizer: `input_ids` [rows, columns], and
 * with it `attention_mask`, `token_type_ids`, `labels`.
 */
export type ModelInputs = Readonly<Record<string, ModelInput | undefined>>;

/** Position of a batch in training, and options of `forward`. */
export interface ForwardOptions {
  /**
   * Number of labelled examples in the whole update. The loss is the sum over examples divided by
   * it, so that micro-batches add up exactly. Default: that of this batch.
   */
  readonly numItemsInBatch?: number | undefined;
  /** Index of this batch's first example in the update, for dropout. Default 0. */
  readonly exampleOffset?: number | undefined;
  /** Number of the update, for dropout. Default: in train mode, a new one for each forward. */
  readonly update?: number | undefined;
  /** Seed of dropout. Default: the model's `seed`. */
  readonly seed?: number | undefined;
  /** Also return the hidden states: after the embeddings and after every layer. Default false. */
  readonly outputHiddenStates?: boolean | undefined;
}

const isRow = (value: unknown): value is Numbers =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

const isBig = (data: unknown): data is BigInt64Array | BigUint64Array =>
  data instanceof BigInt64Array || data instanceof BigUint64Array;

/** Converts 64-bit numbers to plain ones. */
function plainNumbers(data: unknown): HostArray['data'] {
  if (isBig(data)) return Array.from<bigint, number>(data as BigInt64Array, Number);
  // transformers.js returns lists of them.
  if (Array.isArray(data) && typeof data[0] === 'bigint') return data.map((value: bigint | number) => Number(value));
  return data as HostArray['data'];
}

function fromLists(rows: readonly unknown[], name: string): HostArray {
  if (!isRow(rows[0])) return { data: plainNumbers(rows), shape: [rows.length] };
  const columns = rows[0].length;
  const flat = rows.flatMap((row, index): number[] => {
    if (!isRow(row) || row.length !== columns)
      throw new BatchError(
        `${name}: all rows must have the same length; row 0 has ${columns} values, row ${index} is ${shown(row)}. ` +
          'Tokenize with { padding: true }.',
      );
    return Array.from(plainNumbers(row));
  });
  return { data: flat, shape: [rows.length, columns] };
}

/** Rows of an input, whatever its form; 0 where it has none. */
export function rowsOf(input: ModelInput | undefined): number {
  if (!input) return 0;
  if ('data' in input) return ('shape' in input ? input.shape : input.dims)?.[0] ?? 0;
  return input.length;
}

/**
 * One input as an array with its shape; undefined when it is not among the inputs.
 * @throws BatchError for anything but an array of numbers
 */
export function readInput(inputs: ModelInputs, name: string): HostArray | undefined {
  const input: unknown = inputs[name];
  if (input === undefined || input === null) return undefined;
  if (Array.isArray(input)) return fromLists(input, name);
  if (isRow(input)) return { data: plainNumbers(input), shape: [input.length] };
  const { data, shape, dims } = input as { data?: unknown; shape?: unknown; dims?: unknown };
  const sizes = shape ?? dims;
  if (!isRow(data) || !Array.isArray(sizes) || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new BatchError(
      `${name} must be an array { data, shape } or lists of numbers; got ${shown(input)}. ` +
        'A tensor is read back first.',
    );
  }
  return { data: plainNumbers(data), shape: sizes as number[] };
}

const known = ['input_ids', 'attention_mask', 'token_type_ids', 'labels'];

/** Inputs of BERT in `transformers` that change its result and are not supported here. */
const unsupported = ['position_ids', 'inputs_embeds', 'head_mask', 'encoder_hidden_states', 'past_key_values'];

/** Options that Python passes with the inputs; here they are in a separate object. */
const options: Readonly<Record<string, string>> = {
  output_hidden_states: 'pass it as an option: forward(batch, { outputHiddenStates: true })',
  output_attentions: 'attention probabilities are not kept. Leave it out.',
  return_dict: 'the output is always an object. Leave it out.',
  num_items_in_batch: 'pass it as an option: forward(batch, { numItemsInBatch })',
};

/** Refuses inputs that would change the result in Python; unrelated columns are allowed. */
function refuseMisnamed(where: string, inputs: object): void {
  for (const name of Object.keys(inputs)) {
    if (known.includes(name)) continue;
    const pythonName = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (Object.hasOwn(options, pythonName))
      throw new BatchError(`${where}: the batch has ${name}: ${options[pythonName]}`);
    if (unsupported.includes(pythonName))
      throw new BatchError(`${where}: the batch has ${name}, which is not supported. Leave it out.`);
    const nearest = nearestName(name, known);
    if (nearest) throw new BatchError(`${where}: the batch has ${name}; did you mean ${nearest}?`);
  }
}

/** @throws BatchError for anything but a batch */
export function requireInputs(where: string, inputs: unknown): void {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs) || inputs instanceof Promise)
    throw new BatchError(
      `${where} takes a batch, { input_ids, attention_mask, … }; got ${shown(inputs)}. Tokenize the texts first.`,
    );
  refuseMisnamed(where, inputs);
}
