import type { Gpu } from '../gpu.ts';
import { gemm } from '../kernels/gemm/index.ts';
import type { GemmTileSize, GemmVariant } from '../kernels/gemm/index.ts';
import { fittingVariants } from '../kernels/gemm/variants.ts';
import { gemmClassKey, sizeClasses } from '../kernels/gemm/sizeClasses.ts';
import type { GemmChoice, GemmClass } from '../kernels/gemm/sizeClasses.ts';

const inner = 256;
const runs = 4;
/** A candidate that takes this many times as long as the best of its first run is not run again. */
const hopeless = 1.5;
/**
 * A candidate must win by this much over one before it, so that chance does not decide between
 * equals.
 */
const leastGain = 1.03;

/** Every class of products. */
export function gemmClasses(): GemmClass[] {
  const layouts = ['NN', 'NT', 'TN'] as const;
  return layouts.flatMap((layout) =>
    [false, true].flatMap((half) => sizeClasses.m.flatMap((m) => sizeClasses.n.map((n) => ({ layout, half, m, n })))),
  );
}

/** The tiles of each variant, in the order in which they are tried. */
const tilesOf: Record<GemmVariant, readonly GemmTileSize[]> = {
  subgroupMatrix: ['large', 'small'],
  matrixTile: ['128x128', '128x128by4', '128x64', '64x128', '64x64'],
  portable: ['medium', 'large', 'small'],
  outerProduct: ['128x128', '128x64', '64x128', '64x64'],
  subgroup: ['medium', 'large', 'small'],
  register: ['small'],
};

/** Times the candidates for a class of products and returns the fastest. */
export async function measureGemm(gpu: Gpu, product: GemmClass): Promise<readonly [key: string, choice: GemmChoice]> {
  const { layout, half, m, n } = product;
  const type = half ? 'f16' : 'f32';
  const a = gpu.allocate(type, m * inner, 'tuning');
  const b = gpu.allocate(type, inner * n, 'tuning');
  const output = gpu.allocate('f32', m * n, 'tuning');
  for (const array of [a, b, output]) {
    gpu.retain(array);
    gpu.clear(array);
  }
  const run = (choice: GemmChoice) => gemm(gpu, { a, b, output, m, n, k: inner, layout, ...choice });
  const tried = fittingVariants(gpu, half).flatMap((variant) => tilesOf[variant].map((tile) => ({ variant, tile })));
  const times = tried.map(() => Infinity);
  for (let round = 0; round <= runs; round++) {
    const limit = hopeless * Math.min(...times);
    for (const [index, choice] of tried.entries()) {
      if (round > 1 && (times[index] as number) > limit) continue;
      const milliseconds = await timed(gpu, () => run(choice));
      // The first round compiles.
      if (round > 0) times[index] = Math.min(times[index] as number, milliseconds);
    }
  }
  for (const array of [a, b, output]) gpu.release(array);
  const best = times.reduce(
    (winner, time, index) => (time * leastGain < (times[winner] as number) ? index : winner),
    0,
  );
  return [gemmClassKey(product), tried[best] ?? { variant: 'portable', tile: 'medium' }];
}

/** By the GPU's clock where it can be read, else by the host's. */
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
