import type { LogEntry, TrainingArgumentsOptions } from '@attune/trainer';

/** Shape, Euclidean norm and first values of a tensor. */
export interface Fingerprint {
  readonly shape: readonly number[];
  readonly norm: number;
  readonly first: readonly number[];
}

/** A training run by PyTorch and `transformers`, step by step. */
export interface GoldenRun {
  readonly arguments: Readonly<Record<string, number | string>>;
  readonly seed: number;
  readonly steps: readonly { readonly loss: number; readonly grad_norm: number; readonly learning_rate: number }[];
  readonly final: Readonly<Record<string, Fingerprint>>;
}

/** The tolerances of the golden runs. */
export interface Tolerance {
  /** Absolute difference of the loss at every step. */
  readonly loss: number;
  /** Relative difference of the gradient norm at every step. */
  readonly gradNorm: number;
  /** Relative difference of the norms of the final weights, except key biases. */
  readonly weights: number;
  /** The same for key biases, whose true gradient is zero. */
  readonly keyBiases: number;
}

/** Arguments of a golden run under our names. */
export function camelCaseArguments(values: GoldenRun['arguments']): Partial<TrainingArgumentsOptions> {
  const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [camel(name), value]));
}

export interface LargestDifferences {
  readonly loss: number;
  readonly lossFirst20: number;
  readonly gradNorm: number;
  readonly learningRate: number;
}

/**
 * When a gradient norm jumps above this, training is unstable for a moment (two steps of
 * memorise_64, from 1 to 30), and any rounding grows a hundredfold: PyTorch's own loss differs
 * there by 0.009 between f32 and fp16 autocast, and by 0.07 for bfloat16.
 */
const unstableGradNorm = 10;

/**
 * Distance of losses in mixed precision from the golden ones: 1 stands for 0.01 + 2 % of the loss,
 * or 0.03 at unstable steps.
 */
export function halfPrecisionDistance(golden: GoldenRun['steps'], logged: readonly LogEntry[]): number {
  const losses = logged.flatMap((entry) => (entry.loss === undefined ? [] : [entry.loss]));
  const bound = ({ loss, grad_norm }: GoldenRun['steps'][number]) =>
    grad_norm > unstableGradNorm ? 0.03 : 0.01 + 0.02 * loss;
  return Math.max(...golden.map((expected, step) => Math.abs((losses[step] ?? NaN) - expected.loss) / bound(expected)));
}

/** The largest differences over all steps: loss absolute, the others relative. */
export function compareSteps(golden: GoldenRun['steps'], logged: readonly LogEntry[]): LargestDifferences {
  const steps = logged.filter((entry) => 'loss' in entry);
  if (steps.length !== golden.length)
    throw new Error(`${steps.length} steps were logged; the golden run has ${golden.length}`);
  const relative = (ours: number, theirs: number) =>
    theirs === 0 ? Math.abs(ours) : Math.abs(ours - theirs) / Math.abs(theirs);
  const largest = (difference: (ours: LogEntry, theirs: GoldenRun['steps'][number]) => number, count = steps.length) =>
    steps
      .slice(0, count)
      .reduce((most, ours, index) => Math.max(most, difference(ours, golden[index] as GoldenRun['steps'][number])), 0);
  const loss = (ours: LogEntry, theirs: GoldenRun['steps'][number]) => Math.abs((ours.loss ?? NaN) - theirs.loss);
  return {
    loss: largest(loss),
    lossFirst20: largest(loss, 20),
    gradNorm: largest((ours, theirs) => relative(ours.grad_norm ?? NaN, theirs.grad_norm)),
    learningRate: largest((ours, theirs) => relative(ours.learning_rate ?? NaN, theirs.learning_rate)),
  };
}

/** Norms of all weights, by name. */
export async function weightNorms(model: {
  stateDict(): Promise<ReadonlyMap<string, { readonly data: ArrayLike<number> }>>;
}): Promise<Map<string, number>> {
  const norms = new Map<string, number>();
  for (const [name, { data }] of await model.stateDict()) {
    let sum = 0;
    for (let index = 0; index < data.length; index++) sum += (data[index] as number) ** 2;
    norms.set(name, Math.sqrt(sum));
  }
  return norms;
}

export interface WeightDifference {
  /** The weight that differs most. */
  readonly name: string;
  /** Relative difference of its norm. */
  readonly relative: number;
}

export interface WeightDifferences {
  /** All weights except the key biases. */
  readonly weights: WeightDifference;
  /**
   * A key bias adds the same to every score of a query, which softmax ignores: its true gradient is
   * zero, and Adam turns the remaining rounding errors into steps of full size. PyTorch with one
   * thread instead of two differs from itself by 9e-5 there.
   */
  readonly keyBiases: WeightDifference;
}

/**
 * The largest relative differences between the norms of our weights and the golden ones, and where
 * they are.
 */
export function compareWeights(golden: GoldenRun['final'], norms: ReadonlyMap<string, number>): WeightDifferences {
  const differences = Object.entries(golden).map(([name, { norm }]): WeightDifference => {
    const ours = norms.get(name);
    if (ours === undefined) throw new Error(`the model has no weight ${name}`);
    return { name, relative: Math.abs(ours - norm) / Math.max(norm, 1e-12) };
  });
  const isKeyBias = ({ name }: WeightDifference) => name.endsWith('.key.bias');
  const largest = (candidates: readonly WeightDifference[]) =>
    candidates.reduce((most, candidate) => (candidate.relative <= most.relative ? most : candidate), {
      name: '',
      relative: 0,
    });
  return {
    weights: largest(differences.filter((difference) => !isKeyBias(difference))),
    keyBiases: largest(differences.filter(isKeyBias)),
  };
}
