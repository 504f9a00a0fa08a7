import type { Gpu } from '../../gpu.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import type { Parameters } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import type { Arrays } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { presentArrays } from '../validate.ts';
import type { AttentionShape, AttentionVariant } from './options.ts';
import { planAttention } from './variants.ts';
import type { AttentionPlan, TilesByVariant } from './variants.ts';

/** The tiles in registers are unrolled: Mesa takes 6 s for the longest, and 0.5 s for most products. */
const unrolled = 10;

/** A kernel that goes over pairs of tokens. */
interface PairKernel {
  readonly kernel: string;
  /** Which of the three it is, as `pairs.wgsl` names them. */
  readonly pass: 'forward' | 'gradQuery' | 'gradKeyValue';
  readonly sources: Readonly<Record<AttentionVariant, WgslFile>>;
  readonly tiles: TilesByVariant;
  /** The matrices that are read, and what else is, in the order of `pairs.wgsl`. */
  readonly matrices: Arrays;
  readonly reads: Arrays;
  /** The matrices that are written, and what else is. */
  readonly results: Arrays;
  readonly writes?: Arrays;
  /** Queries, keys and values, and their gradients, stand side by side in one array. */
  readonly qkv: boolean;
  /** Products of headSize numbers that each pair takes. */
  readonly products: number;
}

/** Records one of the kernels that go over pairs of tokens. */
export function recordPairs(gpu: Gpu, options: AttentionShape, pairKernel: PairKernel): void {
  const { kernel, pass, sources, tiles, matrices, reads, results, writes = {}, qkv, products } = pairKernel;
  const { dropout, headSize, numHeads, numSequences, maxSeqlen, totalTokens } = options;
  const plan = planAttention(gpu, kernel, options, tiles);
  const { variant, chunkWidth, maxChunks, rowsPerWorkgroup, tile } = plan;
  const defines = {
    access: elementAccess(gpu, matrices, results, chunkWidth),
    vec4: chunkWidth === 4,
    dropout: dropout !== undefined,
    forward: pass === 'forward',
    gradQuery: pass === 'gradQuery',
    gradQkv: pass === 'gradKeyValue' && qkv,
    maxChunks,
    ...(variant === 'bySubgroup' && { rows: rowsPerWorkgroup }),
    ...((variant === 'padded' || variant === 'tiled') && tile),
  };
  gpu.dispatch({
    program: kernelProgram(`${kernel} ${variant}`, sources[variant], defines, variant === 'bySubgroup' ? unrolled : 1),
    parameters: pairParameters(kernel, options, plan, qkv),
    reads: presentArrays({ ...matrices, ...reads }),
    writes: presentArrays({ ...results, ...writes }),
    workgroups: [Math.ceil(maxSeqlen / rowsPerWorkgroup), numSequences, numHeads],
    // The lengths of the sequences are not known here: as if all had the average length.
    work: {
      flops: numSequences === 0 ? 0 : (2 * products * numHeads * headSize * (totalTokens * totalTokens)) / numSequences,
    },
  });
}

function pairParameters(
  kernel: string,
  { totalTokens, numHeads, headSize, scale, dropout }: AttentionShape,
  { chunkWidth, tile }: AttentionPlan,
  qkv: boolean,
): Parameters {
  const { threshold, keptScale } = dropoutParameters(kernel, dropout?.probability ?? 0);
  const chunks = headSize / chunkWidth;
  const width = numHeads * chunks;
  const [rowChunks, keyChunk, valueChunk] = qkv ? [3 * width, width, 2 * width] : [width, 0, 0];
  const site = dropout?.site ?? 0;
  return {
    integers: [numHeads, chunks, site, threshold, tile.tileKeys, totalTokens, rowChunks, keyChunk, valueChunk],
    floats: [keptScale, scale ?? 1 / Math.sqrt(headSize)],
  };
}
