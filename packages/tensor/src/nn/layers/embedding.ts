import { anyWholeNumber, optional, orNull, requireArgument, requireOptions, wholeNumber } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { embeddingSum } from '../../functional/embedding/embeddingSum.ts';
import { indexSelectBut } from '../../functional/indexing/indexSelect.ts';
import { flatten, reshape } from '../../functional/movement/movement.ts';
import { Tensor } from '../../tensor.ts';
import { newParameter, normalDraw } from '../init/drawing.ts';
import { Module } from '../module/module.ts';
import { deviceFor, hasWeight, newModuleKinds, parameterKind, requireDimensions } from '../module/moduleOptions.ts';
import type { NewModuleOptions } from '../module/moduleOptions.ts';
import type { Parameter } from '../parameter/parameter.ts';
import { requireAtMost } from '../../surplusArguments.ts';

interface PaddingOptions {
  /**
   * Index of a row that gets no gradient and is 0 in a new table. Negative ones count from the end.
   * Default: none.
   */
  readonly paddingIdx?: number | null;
}

/** Options of `new Embedding` with a new table. */
export interface NewEmbeddingOptions extends NewModuleOptions, PaddingOptions {
  /** Rows of the table. */
  readonly numEmbeddings: number;
  /** Columns of the table. */
  readonly embeddingDim: number;
}

/** Options of `new Embedding` with an existing table. */
export interface EmbeddingOptions extends PaddingOptions {
  /** [rows, columns] */
  readonly weight: Parameter;
}

const padding = optional(orNull(anyWholeNumber));
const newKinds = {
  numEmbeddings: wholeNumber(0),
  embeddingDim: wholeNumber(0),
  paddingIdx: padding,
  ...newModuleKinds,
};
const givenKinds = { weight: parameterKind, paddingIdx: padding };
const idsKind = {
  what: 'a Tensor of i32 or u32, an Int32Array or a Uint32Array',
  found: (value: unknown) => (value instanceof Tensor ? `a Tensor of ${value.dtype}` : undefined),
  holds: (value: unknown) =>
    value instanceof Int32Array ||
    value instanceof Uint32Array ||
    (value instanceof Tensor && (value.dtype === 'i32' || value.dtype === 'u32')),
};
const otherNames = {
  paddingIndex: 'it is called paddingIdx',
  maxNorm: 'it is not implemented',
  scaleGradByFreq: 'it is not implemented',
  sparse: 'gradients are dense; leave it out',
};
const where = 'new Embedding';

/** A table of vectors, as `torch.nn.Embedding`: the same values for a seed, under the same name. */
export class Embedding extends Module {
  /** [rows, columns] */
  readonly weight: Parameter;
  /** Index of the row that gets no gradient, or null. */
  readonly paddingIdx: number | null;

  /** @throws TensorError, ShapeError */
  constructor(options: NewEmbeddingOptions | EmbeddingOptions) {
    super();
    const isGiven = hasWeight<EmbeddingOptions>(options);
    requireOptions(where, options, isGiven ? givenKinds : newKinds, { error: TensorError, otherNames });
    requireAtMost('new Embedding', 1, arguments);
    if (isGiven) requireDimensions(where, 'weight', options.weight, 2);
    const rows = isGiven ? (options.weight.shape[0] as number) : options.numEmbeddings;
    this.paddingIdx = paddingRow(options.paddingIdx ?? null, rows);
    this.weight = isGiven ? options.weight : newTable(options, this.paddingIdx);
  }

  /**
   * Looks up rows of the table. An id out of range is an error in an array, and gives NaN in a
   * tensor.
   *
   * @param ids i32 or u32 of any shape, or an array on the host
   * @returns [...ids, columns]
   * @throws TensorError, ShapeError
   */
  forward(ids: Tensor | Int32Array | Uint32Array): Tensor {
    requireAtMost('Embedding.forward', 1, arguments);
    const { weight, paddingIdx } = this;
    requireArgument('Embedding', 'ids', ids, idsKind, TensorError);
    if (!(ids instanceof Tensor)) return embeddingSum([weight], [ids], { paddingIndices: [paddingIdx] });
    const selected = indexSelectBut(weight, 0, flatten(ids), paddingIdx);
    return reshape(selected, [...ids.shape, weight.shape[1] as number]);
  }
}

function paddingRow(index: number | null, rows: number): number | null {
  if (index === null) return null;
  if (index >= rows || index < -rows)
    throw new TensorError(`${where}: paddingIdx is ${index}; the table has the rows 0 to ${rows - 1}`);
  return index < 0 ? index + rows : index;
}

function newTable(options: NewEmbeddingOptions, paddingIdx: number | null): Parameter {
  const { numEmbeddings, embeddingDim } = options;
  return newParameter(deviceFor(where, options), [numEmbeddings, embeddingDim], (generator, shape) => {
    const values = normalDraw(0, 1)(generator, shape);
    if (paddingIdx !== null) values.fill(0, paddingIdx * embeddingDim, (paddingIdx + 1) * embeddingDim);
    return values;
  });
}
