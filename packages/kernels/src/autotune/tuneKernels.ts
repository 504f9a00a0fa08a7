import { readTuning, writeTuning } from '#platform';
import { callable, flag, instanceOf, optional, requireArgument, requireOptions } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import { Gpu } from '../gpu.ts';
import { matrixTiles } from '../kernels/gemm/matrixTiles.ts';
import { outerProductTiles } from '../kernels/gemm/outerProduct.ts';
import { addGemmCandidates } from '../kernels/gemm/index.ts';
import { gemmSources } from '../kernels/gemm/variants.ts';
import type { GemmChoice } from '../kernels/gemm/sizeClasses.ts';
import { gemmClasses, measureGemm } from './measureGemm.ts';

/** Options of {@link tuneKernels}. */
export interface TuneOptions {
  /**
   * Told how many of how many classes of products are measured. Not called when the table comes
   * from the cache.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Measure anew although there is a table for this adapter. Default false. */
  readonly again?: boolean | undefined;
}

const aDevice = instanceOf(Gpu, 'a device, as openDevice() gives it');
const optionKinds = { onProgress: optional(callable), again: optional(flag) };

/**
 * Measures which variant and tile of the product is the fastest here, for each class of sizes, and
 * has `gemm` use it where its caller does not choose. The table is kept (in Node under
 * `~/.cache/attune/tuning`, in a browser in `localStorage`) for this adapter, its driver and these
 * kernels: the same table, and so the same bits, until one of them changes. Without tuning the
 * choice is a fixed table.
 *
 * @throws GpuError when the GPU fails while it is measured
 */
export async function tuneKernels(gpu: Gpu, options: TuneOptions = {}): Promise<void> {
  requireArgument('tuneKernels', 'gpu', gpu, aDevice, KernelArgumentError);
  requireOptions('tuneKernels', options, optionKinds, { error: KernelArgumentError });
  const { onProgress = () => {}, again = false } = options;
  addGemmCandidates();
  const name = await tableName(gpu);
  const kept = again ? null : parseTable(await readTuning(name));
  if (kept) {
    gpu.tuned = kept;
    return;
  }
  gpu.tuned = new Map();
  const table = new Map<string, GemmChoice>();
  const classes = gemmClasses();
  for (const [index, one] of classes.entries()) {
    table.set(...(await measureGemm(gpu, one)));
    onProgress(index + 1, classes.length);
  }
  gpu.tuned = table;
  await writeTuning(name, `${JSON.stringify(Object.fromEntries(table), null, 1)}\n`);
}

/** Names the adapter, its driver, and the sources of the kernels. */
async function tableName({ info, profile }: Gpu): Promise<string> {
  const { vendor, architecture, device, description, features } = info;
  const words = JSON.stringify([vendor, architecture, device, description, features, profile, gemmSources()]);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(words));
  return [...new Uint8Array(digest.slice(0, 12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const variants = ['portable', 'outerProduct', 'subgroupMatrix', 'matrixTile', 'subgroup', 'register'];
const tiles = ['small', 'medium', 'large', ...Object.keys(outerProductTiles), ...Object.keys(matrixTiles)];

/** The table, or null when there is none or it cannot be read: it is only a cache. */
function parseTable(text: string | null): Map<string, GemmChoice> | null {
  if (text === null) return null;
  try {
    const table = new Map(Object.entries(JSON.parse(text) as Record<string, GemmChoice>));
    const isChoice = ({ variant, tile }: GemmChoice) => variants.includes(variant) && tiles.includes(tile);
    return [...table.values()].every(isChoice) ? table : null;
  } catch {
    return null;
  }
}
