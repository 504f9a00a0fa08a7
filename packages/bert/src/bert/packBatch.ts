import { shown } from '@attune/validate';
import { BatchError } from '../errors.ts';
import { readInput, requireInputs, type HostArray, type ModelInputs } from '../pretrained/modelInputs.ts';

/** The real tokens of a batch, one sequence after the other, without padding. */
export interface PackedBatch {
  /** Number of sequences. */
  readonly rows: number;
  /** Width of the padded batch. */
  readonly columns: number;
  /** Real tokens in all sequences. */
  readonly tokens: number;
  /** Word, position and type id of each token. The position is the token's column. */
  readonly inputIds: Uint32Array;
  /** Position of each token: its column. [tokens]. */
  readonly positionIds: Uint32Array;
  /** Type id of each token: 0 in the first sentence, 1 in the second. [tokens]. */
  readonly typeIds: Uint32Array;
  /** Where each sequence starts, and at the end the number of tokens: [rows + 1]. */
  readonly cuSeqlens: Uint32Array;
  /** Tokens of the longest sequence. */
  readonly maxSeqlen: number;
  /** For each token: example in the update << 16 | column, which determines its dropout. */
  readonly tokenKeys: Uint32Array;
  /** The same for each sequence's first token: [rows]. */
  readonly rowKeys: Uint32Array;
  /** Index in the padded batch of each token: row * columns + column. */
  readonly paddedIndex: Uint32Array;
}

export interface PackLimits {
  readonly vocabSize: number;
  readonly typeVocabSize: number;
  readonly maxPositionEmbeddings: number;
}

/** The token columns of a batch, all [rows, columns]. */
interface TokenColumns {
  readonly rows: number;
  readonly columns: number;
  readonly words: HostArray['data'];
  readonly types: HostArray['data'] | undefined;
  readonly mask: HostArray['data'] | undefined;
}

function matrix(inputs: ModelInputs, name: string, rows: number, columns: number): HostArray['data'] | undefined {
  const array = readInput(inputs, name);
  if (!array) return undefined;
  if (array.shape.length !== 2 || array.shape[0] !== rows || array.shape[1] !== columns) {
    throw new BatchError(
      `${name} has shape [${array.shape.join(', ')}]; it must equal that of input_ids, [${rows}, ${columns}]`,
    );
  }
  if (array.data.length !== rows * columns)
    throw new BatchError(`${name} holds ${array.data.length} values for its shape [${rows}, ${columns}]`);
  return array.data;
}

/** @throws BatchError for anything but 1 and 0, true and false */
function readMask(mask: ArrayLike<unknown>, columns: number): Uint8Array {
  // A loop: `Uint8Array.from` with a function is several times slower.
  const read = new Uint8Array(mask.length);
  for (let at = 0; at < read.length; at++) {
    const value = mask[at];
    if (value === 1 || value === true) read[at] = 1;
    else if (value !== 0 && value !== false) {
      const row = Math.floor(at / columns);
      throw new BatchError(
        `attention_mask[${row}, ${at % columns}] must be 1 for a token or 0 for padding; got ${shown(value)}`,
        { row },
      );
    }
  }
  return read;
}

function readColumns(inputs: ModelInputs): TokenColumns {
  requireInputs('packBatch', inputs);
  const ids = readInput(inputs, 'input_ids');
  if (!ids)
    throw new BatchError(
      `The batch has no input_ids; its keys are: ${Object.keys(inputs).join(', ') || '(none)'}. Tokenize the texts first.`,
    );
  const [rows = 0, columns = 0] = ids.shape;
  if (ids.shape.length !== 2 || rows < 1 || columns < 1) {
    throw new BatchError(
      `input_ids must have the shape [rows, columns], with at least one of each; got [${ids.shape.join(', ')}]`,
    );
  }
  const mask = matrix(inputs, 'attention_mask', rows, columns);
  return {
    rows,
    columns,
    words: matrix({ input_ids: ids }, 'input_ids', rows, columns) ?? ids.data,
    types: matrix(inputs, 'token_type_ids', rows, columns),
    mask: mask && readMask(mask, columns),
  };
}

function requireId(id: unknown, size: number, name: string, row: number, column: number, meaning: string): void {
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= size) {
    throw new BatchError(
      `${name}[${row}, ${column}] must be an id from 0 to ${size - 1} (${meaning}); got ${shown(id)}. ` +
        `Do the tokenizer and the model belong together?`,
      { row },
    );
  }
}

function requirePosition(row: number, column: number, positions: number): void {
  if (column < positions) return;
  throw new BatchError(
    `Row ${row} has a token in column ${column}, but the model has ${positions} positions. ` +
      `Tokenize with { truncation: true, maxLength: ${positions} }.`,
    { row },
  );
}

/** Checks that column 0 holds a token, as the pooler reads it. */
function requireFirstToken(row: number, tokens: number, firstColumn: number | undefined): void {
  if (tokens === 0)
    throw new BatchError(
      `Row ${row} has no token: its attention_mask is 0 throughout. Leave such rows out of the batch.`,
      { row },
    );
  if (firstColumn !== 0)
    throw new BatchError(
      `Row ${row}: attention_mask is 0 in column 0. The model reads its answer from column 0 ([CLS]): pad on the right.`,
      { row },
    );
}

/**
 * Drops the padding of a batch: keeps tokens whose `attention_mask` is not 0. Column 0 must be
 * kept, because the pooler reads it.
 *
 * @param exampleOffset number of examples of this update before this batch
 * @throws BatchError
 */
export function packBatch(inputs: ModelInputs, limits: PackLimits, exampleOffset = 0): PackedBatch {
  const { rows, columns, words, types, mask } = readColumns(inputs);
  // Read once: a model's configuration is a Proxy, which is slow to read for each token.
  const { maxPositionEmbeddings, vocabSize, typeVocabSize } = limits;
  let tokens = rows * columns;
  if (mask) for (let at = 0; at < rows * columns; at++) if (mask[at] === 0) tokens--;

  const packed = {
    inputIds: new Uint32Array(tokens),
    positionIds: new Uint32Array(tokens),
    typeIds: new Uint32Array(tokens),
    tokenKeys: new Uint32Array(tokens),
    paddedIndex: new Uint32Array(tokens),
    cuSeqlens: new Uint32Array(rows + 1),
    rowKeys: new Uint32Array(rows),
  };
  let next = 0;
  let maxSeqlen = 0;
  for (let row = 0; row < rows; row++) {
    const start = next;
    packed.rowKeys[row] = (exampleOffset + row) << 16;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      if (mask && mask[at] === 0) continue;
      requirePosition(row, column, maxPositionEmbeddings);
      const word = words[at] as number;
      const type = types ? (types[at] as number) : 0;
      requireId(word, vocabSize, 'input_ids', row, column, 'the vocabulary of the model');
      requireId(type, typeVocabSize, 'token_type_ids', row, column, 'the token types of the model');
      packed.inputIds[next] = word;
      packed.positionIds[next] = column;
      packed.typeIds[next] = type;
      packed.tokenKeys[next] = ((exampleOffset + row) << 16) | column;
      packed.paddedIndex[next] = at;
      next++;
    }
    requireFirstToken(row, next - start, packed.positionIds[start]);
    packed.cuSeqlens[row + 1] = next;
    maxSeqlen = Math.max(maxSeqlen, next - start);
  }
  return { ...packed, rows, columns, tokens, maxSeqlen };
}
