import { Mt19937 } from '@attune/tensor';
import { CheckpointError } from '../files/parseJson.ts';
import type { HostWeight } from './checkpointFiles.ts';
import { toFloat32, type StoredTensor } from './floats.ts';
import type { LoadReport } from './loadReport.ts';
import { matchNames } from './matchNames.ts';
import { newWeight, type NewWeightOptions } from './newWeights.ts';
import type { ProblemShape } from './shapes.ts';

export interface LoadWeightsOptions extends NewWeightOptions {
  /** Model class and checkpoint name, for the report. */
  readonly model: string;
  readonly source: string;
  /** What the base model is called inside the model, with its dot; '' for the base model itself. */
  readonly basePrefix: string;
  /** Weights that a checkpoint may lack without being broken. */
  readonly mayBeNew: (name: string) => boolean;
  /** Draw weights anew whose shapes differ, instead of refusing the checkpoint. */
  readonly ignoreMismatchedSizes: boolean;
  readonly seed: number;
}

const atMost = (names: readonly string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? `, … (${names.length} in all)` : '');

/**
 * Brings the weights of a checkpoint and the newly drawn ones together, by the model's names.
 *
 * @param shapes the model's weights, in its order: the order in which new ones are drawn
 * @throws CheckpointError when the checkpoint lacks weights that only a broken or foreign one
 *   lacks, or shapes differ
 */
export function loadWeights(
  shapes: ReadonlyMap<string, readonly number[]>,
  checkpoint: ReadonlyMap<string, StoredTensor>,
  options: LoadWeightsOptions,
): { weights: Map<string, HostWeight>; report: LoadReport } {
  const { model, source, seed } = options;
  const { found, missing, unexpected, renamed } = matchNames(
    [...shapes.keys()],
    [...checkpoint.keys()],
    options.basePrefix,
  );
  const broken = missing.filter((name) => !options.mayBeNew(name));
  if (broken.length > 0) {
    throw new CheckpointError(
      `${source} lacks weights of ${model}: ${atMost(broken)}. It has: ${atMost([...checkpoint.keys()])}. ` +
        'The file is not whole, belongs to another kind of model, or config.json asks for more layers than it has.',
    );
  }
  const mismatched: ProblemShape[] = [];
  for (const [name, stored] of found) {
    const [wanted, given] = [shapes.get(name)!, checkpoint.get(stored)!.shape];
    if (wanted.length !== given.length || wanted.some((size, axis) => size !== given[axis]))
      mismatched.push({ name, checkpoint: given, model: wanted });
  }
  if (mismatched.length > 0 && !options.ignoreMismatchedSizes) {
    const shown = mismatched
      .slice(0, 5)
      .map(
        ({ name, checkpoint: given, model: wanted }) =>
          `${name}: checkpoint [${given.join(', ')}], model [${wanted.join(', ')}]`,
      );
    throw new CheckpointError(
      `${source}: ${mismatched.length} weight${mismatched.length === 1 ? '' : 's'} of another shape than ${model}'s: ` +
        `${shown.join('; ')}. ` +
        'Match config and checkpoint, or pass { ignoreMismatchedSizes: true } to draw them anew.',
    );
  }
  const redrawn = new Set(mismatched.map(({ name }) => name));
  const generator = new Mt19937(seed);
  const weights = new Map<string, HostWeight>();
  for (const [name, shape] of shapes) {
    const stored = redrawn.has(name) ? undefined : found.get(name);
    const data =
      stored === undefined ? newWeight(name, shape, generator, options) : toFloat32(stored, checkpoint.get(stored)!);
    weights.set(name, { shape, data });
  }
  return { weights, report: { model, source, missing, unexpected, mismatched, renamed, seed } };
}
