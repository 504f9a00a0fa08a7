import { Dataset, NdArray } from '@attune/data';
import type { Batch } from '@attune/data';
import { crossEntropy, defaultDevice, linear, Module, Parameter, reshape, scale, tensor } from '@attune/tensor';
import type { Device, Tensor } from '@attune/tensor';
import { expect } from 'vitest';
import golden from '../../golden/evaluation.json' with { type: 'json' };
import { Trainer, TrainingArguments } from '../index.ts';
import type { ModelOutput, TrainableModel, TrainerOptions, TrainingArgumentsOptions } from '../index.ts';
import { folder } from './regression.ts';

/**
 * Logits of three classes for each token, and what it has read, twice: the
 * model of the golden script.
 */
class Tokens extends Module implements TrainableModel {
  readonly inputNames = ['input_x'];
  readonly weight: Parameter;

  constructor(device: Device) {
    super();
    this.weight = new Parameter(Float32Array.from(golden.weight), { shape: [3, 1], device });
  }

  forward({ input_x: input, labels }: Batch): ModelOutput & { readonly twice: Tensor } {
    const shape = input?.shape ?? [];
    const x = tensor(Float32Array.from(input?.data ?? []), { shape, device: this.weight.device });
    const flat = linear(reshape(x, [x.size, 1]), this.weight);
    const output = { logits: reshape(flat, [...shape, 3]), twice: scale(x, 2) };
    return labels ? { ...output, loss: crossEntropy(flat, Int32Array.from(labels.data)) } : output;
  }
}

type Row = (typeof golden.rows)[number];

function collate(examples: readonly unknown[]): Batch {
  const given = examples as readonly Row[];
  const width = Math.max(...given.map(({ input_x }) => input_x.length));
  const padded = (values: readonly number[], value: number) =>
    Array.from({ length: width }, (_, place) => values[place] ?? value);
  const shape = [given.length, width];
  return {
    input_x: { data: Float32Array.from(given.flatMap(({ input_x }) => padded(input_x, 0))), shape },
    labels: { data: Int32Array.from(given.flatMap(({ labels }) => padded(labels, -100))), shape },
    labels_2: { data: Int32Array.from(given, ({ labels_2 }) => labels_2), shape: [given.length] },
  };
}

/** Rows of tokens with a label each, and one label more. */
export const dataset = Dataset.fromRows(golden.rows);
export type Several = readonly NdArray[];

/** A Trainer of the model of several outputs. */
export async function tokens(
  options: Partial<TrainingArgumentsOptions> = {},
  more: Partial<TrainerOptions<Several, Several>> = {},
): Promise<Trainer<Several, Several>> {
  const args = new TrainingArguments(folder(), {
    perDeviceEvalBatchSize: 2,
    labelNames: ['labels', 'labels_2'],
    disableTqdm: true,
    ...options,
  });
  return new Trainer<Several, Several>({
    model: new Tokens(await defaultDevice()),
    args,
    dataCollator: collate,
    evalDataset: dataset,
    ...more,
  });
}

/** Nested arrays of numbers, in f32. */
export const close = (numbers: unknown): unknown =>
  Array.isArray(numbers) ? numbers.map(close) : expect.closeTo(numbers as number, 4);

/** Arrays as lists, several outputs as a list of lists. */
export const plain = (collected: unknown): unknown =>
  collected instanceof NdArray ? collected.toArray() : (collected as readonly unknown[]).map(plain);
