import { Mt19937 } from '@attune/tensor';
import { CheckpointError } from '../errors.ts';
import type { ModelKind } from '../pretrained/modelKind.ts';
import type { HostWeight } from './checkpointFiles.ts';
import { toFloat32, type StoredTensor } from './floats.ts';
import type { LoadReport, ProblemShape } from './loadReport.ts';
import { matchNames } from './matchNames.ts';
import { newWeight, type NewWeightOptions } from './newWeights.ts';

export interface PlanOptions {
  readonly kind: Pick<ModelKind, 'architecture' | 'basePrefix' | 'mayBeNew'>;
  /** Name of the checkpoint, for the report. */
  readonly source: string;
  /** Whether to draw weights whose shapes differ, instead of refusing the checkpoint. */
  readonly ignoreMismatchedSizes: boolean;
  readonly seed: number;
}

const atMost = (names: readonly string[]): string =>
  names
    .slice(0, 5)
    .map((name) => name.slice(0, 100))
    .join(', ') + (names.length > 5 ? `, … (${names.length} in all)` : '');

/** Where the weights of a model come from. */
export interface WeightPlan {
  /** The model's weights, in its order: the order in which new ones are drawn. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The checkpoint's tensor of each weight that is not drawn. */
  readonly stored: ReadonlyMap<string, StoredTensor>;
  readonly report: LoadReport;
}

type Checkpoint = ReadonlyMap<string, StoredTensor>;

function refuseMissing(missing: readonly string[], checkpoint: Checkpoint, options: PlanOptions): void {
  const { kind, source } = options;
  const broken = missing.filter((name) => !kind.mayBeNew(name));
  if (broken.length === 0) return;
  throw new CheckpointError(
    `${source} lacks weights of ${kind.architecture}: ${atMost(broken)}. It has: ${atMost([...checkpoint.keys()])}. ` +
      'The file is incomplete, belongs to another kind of model, or config.json asks for more layers than it has.',
  );
}

function refuseMismatched(mismatched: readonly ProblemShape[], { source, kind }: PlanOptions): void {
  const shown = mismatched
    .slice(0, 5)
    .map(
      ({ name, checkpoint: given, model: wanted }) =>
        `${name}: checkpoint [${given.join(', ')}], model [${wanted.join(', ')}]`,
    );
  throw new CheckpointError(
    `${source}: ${mismatched.length} weight${mismatched.length === 1 ? '' : 's'} of another shape than ${kind.architecture}'s: ` +
      `${shown.join('; ')}. ` +
      'Match config and checkpoint, or pass { ignoreMismatchedSizes: true } to draw new ones.',
  );
}

/**
 * Decides by names and shapes which weights are loaded from a checkpoint and which are drawn.
 *
 * @param shapes the model's weights, in its order
 * @throws CheckpointError when the checkpoint lacks weights that it must have, or shapes differ
 */
export function planWeights(
  shapes: ReadonlyMap<string, readonly number[]>,
  checkpoint: Checkpoint,
  options: PlanOptions,
): WeightPlan {
  const { kind, source, seed } = options;
  const { found, missing, unexpected, renamed } = matchNames(
    [...shapes.keys()],
    [...checkpoint.keys()],
    kind.basePrefix,
  );
  refuseMissing(missing, checkpoint, options);
  const mismatched: ProblemShape[] = [];
  const stored = new Map<string, StoredTensor>();
  for (const [name, wanted] of shapes) {
    const tensor = checkpoint.get(found.get(name) ?? '');
    if (!tensor) continue;
    const { shape } = tensor;
    if (wanted.length === shape.length && wanted.every((size, axis) => size === shape[axis])) stored.set(name, tensor);
    else mismatched.push({ name, checkpoint: shape, model: wanted });
  }
  if (mismatched.length > 0 && !options.ignoreMismatchedSizes) refuseMismatched(mismatched, options);
  return {
    shapes,
    stored,
    report: { model: kind.architecture, source, missing, unexpected, mismatched, renamed, seed },
  };
}

/** The weights of a plan: those of the checkpoint in float32, and the newly drawn ones. */
export function loadWeights(
  { shapes, stored, report }: WeightPlan,
  options: NewWeightOptions,
): Map<string, HostWeight> {
  const generator = new Mt19937(report.seed);
  const weights = new Map<string, HostWeight>();
  for (const [name, shape] of shapes) {
    const tensor = stored.get(name);
    weights.set(name, { shape, data: tensor ? toFloat32(name, tensor) : newWeight(name, shape, generator, options) });
  }
  return weights;
}
