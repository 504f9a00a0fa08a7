import type { Gpu } from '../gpu.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import type { GemmChoice, GemmClass } from '../kernels/gemm/choice/productClasses.ts';
import type { MeasuringKit } from './measuringKit.ts';

const runs = 3;
/** A candidate whose first run takes this many times as long as the best is not run again. */
const hopeless = 1.5;
/** A candidate must be faster than an earlier one by this factor, so that noise does not decide. */
const leastGain = 1.03;

/** Outputs and inputs of the layers of BERT-base and of small models. */
const layers = [
  [768, 768],
  [3072, 768],
  [768, 3072],
  [128, 128],
  [512, 128],
  [128, 512],
] as const;
/** Rows of activations, the most common first. */
const tokens = [512, 2048, 1024, 4096, 128] as const;
/** On a software adapter larger products take too long to measure and keep their default choice. */
const mostOfSoftware = 512 * 768 * 768;

/**
 * Every class of products to measure, the most important first: of linear layers the forward (NT),
 * the gradient of the input (NN) and of the weight (TN).
 */
export function gemmClasses({ profile }: Gpu): GemmClass[] {
  const classes = tokens.flatMap((rows) =>
    [false, true].flatMap((half) =>
      layers.flatMap(([outputs, inputs]): GemmClass[] => [
        { layout: 'NT', half, m: rows, n: outputs, k: inputs },
        { layout: 'NN', half, m: rows, n: outputs, k: inputs },
        { layout: 'TN', half, m: outputs, n: inputs, k: rows },
      ]),
    ),
  );
  const size = ({ m, n, k }: GemmClass) => m * n * k;
  if (!profile.software) return classes;
  return classes.filter((one) => size(one) <= mostOfSoftware).sort((a, b) => size(a) - size(b));
}

const warmUpMilliseconds = 300;

/**
 * Keeps a GPU busy until its clock has risen: on a cold card the first products take five times as
 * long.
 */
export async function warmUp(gpu: Gpu, { gemm }: MeasuringKit): Promise<void> {
  const [a, b, output] = ['a', 'b', 'output'].map((label) => {
    const array = gpu.allocate('f32', 1024 * 1024, label);
    gpu.retain(array);
    return array;
  }) as [GpuArray, GpuArray, GpuArray];
  const end = performance.now() + warmUpMilliseconds;
  while (performance.now() < end) {
    for (let run = 0; run < 8; run++) gemm(gpu, { a, b, output, m: 1024, n: 1024, k: 1024, layout: 'NN' });
    await gpu.idle();
  }
  for (const array of [a, b, output]) gpu.release(array);
}

/**
 * Times the candidates for a class of products and returns the fastest.
 *
 * @param options `end`: time by `performance.now()` after which no further candidate is timed
 */
export async function measureGemm(
  gpu: Gpu,
  product: GemmClass,
  { end, kit }: { readonly end: number; readonly kit: MeasuringKit },
): Promise<readonly [key: string, choice: GemmChoice]> {
  const { layout, half, m, n, k } = product;
  const type = half ? 'f16' : 'f32';
  const a = gpu.allocate(type, m * k, 'tuning');
  const b = gpu.allocate(type, k * n, 'tuning');
  const output = gpu.allocate('f32', m * n, 'tuning');
  for (const array of [a, b, output]) {
    gpu.retain(array);
    gpu.clear(array);
  }
  const run = (choice: GemmChoice) => kit.gemm(gpu, { a, b, output, m, n, k, layout, ...choice });
  const tried = triedOf(gpu, product, kit);
  await gpu.prepare(() => tried.forEach(run));
  const times = tried.map(() => Infinity);
  for (let round = 0; round < runs && (round === 0 || performance.now() < end); round++) {
    const limit = hopeless * Math.min(...times);
    for (const [index, choice] of tried.entries()) {
      if (round > 0 && (times[index] as number) > limit) continue;
      times[index] = Math.min(times[index] as number, await timed(gpu, () => run(choice)));
    }
  }
  for (const array of [a, b, output]) gpu.release(array);
  const best = times.reduce(
    (winner, time, index) => (time * leastGain < (times[winner] as number) ? index : winner),
    0,
  );
  return [kit.gemmClassKey(product), tried[best] ?? { variant: 'portable', tile: 'medium' }];
}

/** How many candidates are tried with more than one number of splits. */
const withMoreParts = 3;

/**
 * Each tile of each variant with its best predicted number of splits, the fastest predicted first;
 * the first few are also tried with their next best splits. On software adapters splits are not
 * tuned.
 */
function triedOf(gpu: Gpu, { half, m, n, k }: GemmClass, kit: MeasuringKit): GemmChoice[] {
  const variants = kit.fittingVariants(gpu, half);
  const { candidates, byTime } = kit.choicesOnGpus();
  if (gpu.profile.software)
    return candidates(gpu, variants, { m, n, k }, [1]).map(({ variant, tile }) => ({ variant, tile }));
  const shape = { m, n, k };
  const sorted = byTime(gpu, candidates(gpu, variants, shape), shape);
  const firsts = sorted.filter(({ name }, index) => sorted.findIndex((one) => one.name === name) === index);
  const nexts = firsts
    .slice(0, withMoreParts)
    .flatMap((first) => sorted.filter(({ name }) => name === first.name).slice(1, 3));
  return [...firsts, ...nexts].map(({ variant, tile, splits }) => ({ variant, tile, splits }));
}

/** Timed by the GPU's clock where it can be read, else by the host's. */
async function timed(gpu: Gpu, record: () => void): Promise<number> {
  if (gpu.info.features.includes('timestamp-query')) {
    gpu.startProfiling();
    record();
    return (await gpu.stopProfiling()).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  }
  await gpu.idle();
  const start = performance.now();
  record();
  await gpu.idle();
  return performance.now() - start;
}
