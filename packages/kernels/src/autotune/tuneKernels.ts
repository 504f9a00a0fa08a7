import { readTuning, writeTuning } from '#platform';
import { callable, flag, instanceOf, numberAtLeast, optional, requireArgument, requireOptions } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import { Gpu } from '../gpu.ts';
import { loadVariants } from '../device/variantLoaders.ts';
import { choicesOnGpus, loadedVariant } from '../kernels/gemm/loading/loadedVariants.ts';
import { gemmVariants } from '../kernels/gemm/options.ts';
import type { GemmChoice } from '../kernels/gemm/choice/productClasses.ts';
import { variantsOn } from '../kernels/gemm/variants.ts';
import { measuringKit } from './measuringKit.ts';

/** Options of {@link tuneKernels}. */
export interface TuneOptions {
  /**
   * Called with how many classes of products are measured, and of how many. Not called when the
   * table comes from the cache.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Measure again even if there is a table for this adapter. Default false. */
  readonly again?: boolean | undefined;
  /**
   * Seconds after which no further class of products is started. Compiling counts; a GPU's warm-up
   * of a third of a second does not. Classes not reached keep their untuned choice. Default 10.
   */
  readonly budget?: number | undefined;
  /**
   * Called with the table as lines of TypeScript, to paste into
   * `packages/kernels/src/kernels/gemm/choice/measuredChoices.ts`: `console.log`, for example.
   */
  readonly print?: ((table: string) => void) | undefined;
}

const aDevice = instanceOf(Gpu, 'a device, as openDevice() gives it');
const optionKinds = {
  onProgress: optional(callable),
  again: optional(flag),
  budget: optional(numberAtLeast(0)),
  print: optional(callable),
};

/**
 * Measures which variant, tile and number of splits of `gemm` is the fastest on this device, for
 * each class of sizes that models have (up to 4096 tokens, and widths of up to 3072). `gemm` then
 * uses the result where its caller does not choose. On a software adapter only products of up to
 * 512 x 768 x 768 are measured. The table is cached (in Node under `~/.cache/attune/tuning`, in a
 * browser in `localStorage`) for this adapter, driver and version of the kernels: until one of them
 * changes, the table and so the bits stay the same. Without tuning the choice is a fixed table.
 *
 * @throws GpuError when the GPU fails while it is measured, KernelArgumentError
 */
export async function tuneKernels(gpu: Gpu, options: TuneOptions = {}): Promise<void> {
  requireArgument('tuneKernels', 'gpu', gpu, aDevice, KernelArgumentError);
  requireOptions('tuneKernels', options, optionKinds, { error: KernelArgumentError });
  const { onProgress = () => {}, again = false, budget = 10, print = () => {} } = options;
  // A table may name variants of any adapter.
  await loadVariants();
  const name = await tableName(gpu);
  const kept = again ? null : parseTable(gpu, await readTuning(name));
  if (kept) {
    gpu.tuned = kept;
    print(tableText(gpu, kept));
    return;
  }
  const { gemmClasses, measureGemm, warmUp } = await import('./measureGemm.ts');
  gpu.tuned = new Map();
  const table = new Map<string, GemmChoice>();
  const classes = gemmClasses(gpu);
  if (!gpu.profile.software) await warmUp(gpu, measuringKit);
  const end = performance.now() + 1000 * budget;
  for (const [index, one] of classes.entries()) {
    if (performance.now() < end) table.set(...(await measureGemm(gpu, one, { end, kit: measuringKit })));
    // The classes share few buffer sizes: otherwise half a gigabyte would stay cached unused.
    gpu.trim();
    onProgress(index + 1, classes.length);
  }
  gpu.tuned = table;
  if (table.size > 0) await writeTuning(name, `${JSON.stringify(Object.fromEntries(table), null, 1)}\n`);
  print(tableText(gpu, table));
}

/** A table as source text, in the form of an entry of `measuredChoices`. */
function tableText({ info, disabledVariants }: Gpu, table: ReadonlyMap<string, GemmChoice>): string {
  const row = ([key, { variant, tile, splits }]: [string, GemmChoice]) =>
    `      '${key}': { variant: '${variant}', tile: '${tile}'${splits === undefined ? '' : `, splits: ${splits}`} },\n`;
  const without = gemmVariants.filter((variant) => disabledVariants.has(`gemm ${variant}`));
  return [
    '  {',
    `    adapterClass: '${choicesOnGpus().adapterClassOf(info)}',`,
    `    without: [${without.map((variant) => `'${variant}'`).join(', ')}],`,
    `    choices: {\n${[...table].map(row).join('')}    },`,
    '  },',
  ].join('\n');
}

/** A name made from the adapter, its driver and the sources of the variants. */
async function tableName(gpu: Gpu): Promise<string> {
  const { vendor, architecture, device, description, features } = gpu.info;
  const sources = variantsOn(gpu).flatMap((variant) => loadedVariant(variant).sources);
  const words = JSON.stringify([vendor, architecture, device, description, features, gpu.profile, sources]);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(words));
  return [...new Uint8Array(digest.slice(0, 12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The table, or null when there is none or it cannot be read: it is only a cache. */
function parseTable(gpu: Gpu, text: string | null): Map<string, GemmChoice> | null {
  if (text === null) return null;
  try {
    const table = new Map(Object.entries(JSON.parse(text) as Record<string, GemmChoice>));
    const isChoice = ({ variant, tile, splits = 1 }: GemmChoice) =>
      variantsOn(gpu).includes(variant) &&
      loadedVariant(variant).sizes.includes(tile) &&
      Number.isInteger(splits) &&
      splits > 0;
    return [...table.values()].every(isChoice) ? table : null;
  } catch {
    return null;
  }
}
