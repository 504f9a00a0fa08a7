import type { Gpu } from '../../../gpu.ts';
import { dropoutParameters } from '../../../random/dropout.ts';
import type { Parameters } from '../../../recording/dispatch.ts';
import { elementAccess } from '../../../wgsl/elementAccess.ts';
import { generatedWgsl, kernelProgram } from '../../../wgsl/kernelProgram.ts';
import type { Defines } from '../../../wgsl/preprocess.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import { presentArrays } from '../../validate.ts';
import type { FlashProgram, FlashTile } from '../flash/tiles.ts';
import { flashKernels, kernelsOf } from '../loading/loadedVariants.ts';
import type { WrittenKernels, WrittenVariant } from '../loading/loadedVariants.ts';
import type { AttentionShape, AttentionVariant } from '../options.ts';
import type { PairKernel } from './pairKernel.ts';
import { planPairs } from './planPairs.ts';

/**
 * The register tiles are unrolled: Mesa compiles the longest in 6 s, and most products in 0.5 s.
 */
const unrolled = 10;

/** How one of these kernels runs. */
interface PairProgram {
  readonly variant: AttentionVariant;
  readonly source: WgslFile;
  readonly sizes: Defines;
  readonly effort?: number;
  readonly chunkWidth: 1 | 4;
  readonly rowsPerWorkgroup: number;
  readonly tileKeys: number;
}

/** Records one of the kernels that go over pairs of tokens. */
export function recordPairs(gpu: Gpu, options: AttentionShape, pairKernel: PairKernel, variant: WrittenVariant): void {
  const pass = pairKernel.pass as keyof WrittenKernels;
  const { chunkWidth, maxChunks, rowsPerWorkgroup, tile } = planPairs(gpu, variant, pass, options.headSize);
  recordProgram(gpu, options, pairKernel, {
    variant,
    source: kernelsOf(variant)[pass],
    sizes: {
      maxChunks,
      ...(variant === 'bySubgroup' && { rows: rowsPerWorkgroup }),
      ...((variant === 'padded' || variant === 'tiled') && { ...tile, padded: variant === 'padded' }),
    },
    effort: variant === 'bySubgroup' ? unrolled : 1,
    chunkWidth,
    rowsPerWorkgroup,
    tileKeys: tile.tileKeys,
  });
}

/** The same with a tile of `flash`, whose `main` is written by `write`. */
export function recordFlash(
  gpu: Gpu,
  options: AttentionShape,
  pairKernel: PairKernel,
  tile: FlashTile,
  write: (program: FlashProgram) => string,
): void {
  recordProgram(gpu, options, pairKernel, {
    variant: 'flash',
    source: flashKernels().source,
    sizes: {
      main: generatedWgsl(
        { ...tile, constantLoops: !gpu.profile.software, savesRows: pairKernel.savesRows ?? false },
        write,
      ),
    },
    chunkWidth: 4,
    rowsPerWorkgroup: pairKernel.pass === 'forward' || pairKernel.pass === 'gradQuery' ? tile.rows : tile.keys,
    tileKeys: tile.keys,
  });
}

/** Records a program of one of these kernels. */
export function recordProgram(gpu: Gpu, options: AttentionShape, pairKernel: PairKernel, program: PairProgram): void {
  const { kernel, pass, matrices, reads, results, writes = {}, qkv, products, savesRows = false } = pairKernel;
  const { dropout, headSize, numHeads, numSequences, maxSeqlen, totalTokens } = options;
  const { variant, source, sizes, effort, chunkWidth, rowsPerWorkgroup } = program;
  const defines = {
    access: elementAccess(gpu, matrices, results, chunkWidth),
    vec4: chunkWidth === 4,
    dropout: dropout !== undefined,
    forward: pass === 'forward',
    rowData: (pass === 'gradQuery' && !savesRows) || pass === 'gradKeyValue',
    savesRows,
    oneArray: (pass === 'backward' || savesRows) && qkv,
    gradQuery: pass === 'gradQuery' || pass === 'backward',
    gradKey: pass === 'gradKeyValue' || (pass === 'backward' && !qkv),
    gradQkv: pass === 'gradKeyValue' && qkv,
    ...sizes,
  };
  gpu.dispatch({
    program: kernelProgram(`${kernel} ${variant}`, source, defines, effort),
    parameters: pairParameters(kernel, options, program, qkv),
    reads: presentArrays({ ...matrices, ...reads }),
    writes: presentArrays({ ...results, ...writes }),
    workgroups: [Math.ceil(maxSeqlen / rowsPerWorkgroup), numSequences, numHeads],
    // The lengths of the sequences are not known here; all are taken to have the average length.
    work: {
      flops: numSequences === 0 ? 0 : (2 * products * numHeads * headSize * (totalTokens * totalTokens)) / numSequences,
    },
  });
}

function pairParameters(
  kernel: string,
  { totalTokens, numHeads, headSize, scale, dropout }: AttentionShape,
  { chunkWidth, tileKeys }: PairProgram,
  qkv: boolean,
): Parameters {
  const { threshold, keptScale } = dropoutParameters(dropout?.probability ?? 0);
  const chunks = headSize / chunkWidth;
  const width = numHeads * chunks;
  const [rowChunks, keyChunk, valueChunk] = qkv ? [3 * width, width, 2 * width] : [width, 0, 0];
  const site = dropout?.site ?? 0;
  return {
    integers: [numHeads, chunks, site, threshold, tileKeys, totalTokens, rowChunks, keyChunk, valueChunk],
    floats: [keptScale, scale ?? 1 / Math.sqrt(headSize)],
  };
}
