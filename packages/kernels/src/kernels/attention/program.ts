import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import { wgsl as dropoutFunctions } from '../../random/dropout.wgsl.ts';
import type { Parameters, Program } from '../../recording/dispatch.ts';
import { floatTypes, indexTypes, requireArray, requireExtents, singleTypes } from '../validate.ts';
import { cast } from '../cast/index.ts';
import { requireDropout } from '../dropout/index.ts';
import { declareArrays, elementConversions } from '../../wgsl/elementAccess.ts';
import { wgsl as dropped } from './dropped.wgsl.ts';
import { wgsl as fourRows } from './fourRows.wgsl.ts';
import { wgsl as narrow } from './narrow.wgsl.ts';
import { wgsl as noKeys } from './noKeys.wgsl.ts';
import { wgsl as notDropped } from './notDropped.wgsl.ts';
import { wgsl as pairs } from './pairs.wgsl.ts';
import { wgsl as rowAccess } from './rows.wgsl.ts';
import type { AttentionShape, AttentionVariant } from './options.ts';
import { wgsl as subgroupTile } from './subgroupTile.wgsl.ts';
import { wgsl as wide } from './wide.wgsl.ts';
import { wgsl as workgroupTile } from './workgroupTile.wgsl.ts';

const largestHead = 128;
const mostWorkgroups = 65535;
/** Larger heads take a minute to compile in registers. */
const largestHeadBySubgroup = 64;

/**
 * Sizes of tiles such that a kernel stays within the 16 KiB of workgroup memory that every adapter
 * has.
 */
export interface TileSizes {
  readonly tileRows: number;
  readonly tileKeys: number;
}

/**
 * Checks what forward and backward share. `matrices` are all of one type: `qkv` and `gradQkv`
 * [totalTokens, 3, numHeads * headSize], others [totalTokens, numHeads * headSize].
 */
export function requireAttention(
  kernel: string,
  options: AttentionShape,
  matrices: Readonly<Record<string, GpuArray>>,
  logSumExp: GpuArray,
): void {
  const { cuSeqlens, totalTokens, numSequences, maxSeqlen, numHeads, headSize, dropout } = options;
  requireExtents(kernel, { totalTokens, numSequences, maxSeqlen, numHeads, headSize });
  if (headSize < 1 || headSize > largestHead)
    throw new KernelArgumentError(`${kernel}: headSize is ${headSize}; it must be 1 to ${largestHead}`);
  if (numSequences > mostWorkgroups || numHeads > mostWorkgroups) {
    throw new KernelArgumentError(
      `${kernel}: ${numSequences} sequences of ${numHeads} heads; at most ${mostWorkgroups} of each are possible`,
    );
  }
  const elementType = Object.values(matrices)[0]?.elementType ?? 'f32';
  for (const name in matrices) {
    const matrix = matrices[name] as GpuArray;
    const shape = { totalTokens, ...(/qkv/i.test(name) && { matrices: 3 }), numHeads, headSize };
    requireArray(kernel, name, matrix, shape, floatTypes);
    requireArray(kernel, name, matrix, {}, [elementType]);
  }
  requireArray(kernel, 'logSumExp', logSumExp, { totalTokens, numHeads }, singleTypes);
  requireArray(kernel, 'cuSeqlens', cuSeqlens, { boundaries: numSequences + 1 }, indexTypes);
  if (dropout) requireDropout(kernel, dropout, totalTokens);
}

export interface AttentionProgram {
  readonly kernel: string;
  /** Sources by variant, with the sizes of the tiles at up to 32, 64 and 128 channels. */
  readonly sources: Readonly<Record<AttentionVariant, string>>;
  readonly tiles: readonly [TileSizes, TileSizes, TileSizes];
  readonly reads: Readonly<Record<string, GpuArray>>;
  readonly writes: Readonly<Record<string, GpuArray>>;
  /** WGSL with `tokenKeyOf` and `randomState`, for dropout. */
  readonly keys: string;
  /** Queries, keys and values, and their gradients, stand side by side in one array. */
  readonly qkv: boolean;
  /** More WGSL that the sources need, which differs with `qkv`. */
  readonly stores?: string;
}

/** What the sources of a variant need besides. */
const functionsOf: Readonly<Record<AttentionVariant, string>> = {
  byRow: fourRows,
  bySubgroup: subgroupTile,
  tiled: workgroupTile,
};

const fixedTypes = { cuSeqlens: 'u32', logSumExp: 'f32', tokenKeys: 'u32', random: 'vec4u', rowData: 'vec4u' };

/**
 * Records one of the kernels that go over pairs of tokens. `products` is how many products of
 * headSize numbers each pair takes.
 */
export function recordPairs(
  gpu: Gpu,
  options: AttentionShape,
  { kernel, sources, tiles, reads, writes, keys, qkv, stores }: AttentionProgram,
  products: number,
): void {
  const { dropout, headSize, numHeads, numSequences, maxSeqlen, totalTokens } = options;
  const variant = chooseVariant(gpu, kernel, options);
  const bySubgroup = variant === 'bySubgroup';
  const size = headSize <= 32 ? 0 : headSize <= 64 ? 1 : 2;
  const { tileRows, tileKeys } = tiles[size];
  const maxChunks = (32 << size) / chunkWidth(headSize);
  const rows = { byRow: 8, bySubgroup: rowsBySubgroup(gpu), tiled: tileRows }[variant];
  const constants =
    `const maxChunks = ${maxChunks}u;\nconst rows = ${rows}u;\n` +
    (variant === 'tiled' ? `const tileRows = ${tileRows}u;\nconst tileKeys = ${tileKeys}u;\n` : '');
  const program = attentionProgram(gpu, {
    name: `${kernel} ${variant} ${32 << size}${dropout ? ' dropout' : ''}${qkv && stores ? ' qkv' : ''}`,
    headSize,
    reads,
    writes,
    subgroups: bySubgroup,
    source: () =>
      [
        constants,
        pairs,
        dropout ? dropoutFunctions + keys + dropped : noKeys + notDropped,
        functionsOf[variant],
        stores ?? '',
        sources[variant],
      ].join('\n'),
  });
  gpu.dispatch({
    program,
    parameters: pairParameters(kernel, options, tileKeys, qkv),
    reads: Object.values(reads),
    writes: Object.values(writes),
    workgroups: [Math.ceil(maxSeqlen / rows), numSequences, numHeads],
    // The lengths of the sequences are not known here: as if all had the average length.
    work: {
      flops: numSequences === 0 ? 0 : (2 * products * numHeads * headSize * (totalTokens * totalTokens)) / numSequences,
    },
  });
}

/**
 * Twice as many rows share what is loaded of the others; Mesa 25 has no registers for more than 16,
 * and takes a minute to compile them.
 */
function rowsBySubgroup({ profile }: Gpu): 16 | 32 {
  return profile.mesaVersion >= 26 ? 32 : 16;
}

/**
 * Runs `record` on f32 copies of f16 arrays that are packed two to a word and whose heads do not
 * start at words.
 *
 * @returns false when there is no need, and nothing was recorded
 */
export function recordOnCopies(
  gpu: Gpu,
  headSize: number,
  reads: Readonly<Record<string, GpuArray>>,
  writes: Readonly<Record<string, GpuArray>>,
  record: (copies: Record<string, GpuArray>) => void,
): boolean {
  const [first] = Object.values(reads);
  if (first?.elementType !== 'f16' || gpu.profile.f16Storage !== 'packed' || chunkWidth(headSize) === 4) return false;
  const copies: Record<string, GpuArray> = {};
  for (const [name, array] of Object.entries({ ...reads, ...writes }))
    copies[name] = gpu.allocate('f32', array.length, `${array.label} in f32`);
  for (const [name, array] of Object.entries(reads))
    cast(gpu, { input: array, output: copies[name] as GpuArray, length: array.length });
  record(copies);
  for (const [name, array] of Object.entries(writes))
    cast(gpu, { input: copies[name] as GpuArray, output: array, length: array.length });
  for (const copy of Object.values(copies)) gpu.release(copy);
  return true;
}

/** A program with aliases, arrays and the access to rows of this head size in front. */
export function attentionProgram(
  gpu: Gpu,
  part: {
    readonly name: string;
    readonly headSize: number;
    readonly reads: Readonly<Record<string, GpuArray>>;
    readonly writes: Readonly<Record<string, GpuArray>>;
    /** `enable subgroups` is needed. */
    readonly subgroups?: boolean;
    readonly source: () => string;
  },
): Program {
  const { name, headSize, reads, writes, subgroups = false, source } = part;
  const width = chunkWidth(headSize);
  const element = Object.values(reads)[0] as GpuArray;
  const conversions = elementConversions(gpu, element.elementType, width);
  const names = [...Object.keys(reads), ...Object.keys(writes)];
  const types = Object.fromEntries(
    names.map((array) => [array, fixedTypes[array as keyof typeof fixedTypes] ?? 'Element']),
  );
  return {
    key: `${name} ${conversions.key}`,
    source: () =>
      (subgroups ? 'enable subgroups;\n' : '') +
      conversions.text() +
      declareArrays(Object.keys(reads), Object.keys(writes), types) +
      (width === 4 ? wide : narrow) +
      rowAccess +
      source(),
  };
}

/** The variant that attention takes: the one asked for, or the device's for heads of this size. */
export function chooseVariant(
  gpu: Gpu,
  kernel: string,
  { variant, headSize }: Pick<AttentionShape, 'variant' | 'headSize'>,
): AttentionVariant {
  const { software, subgroups, subgroupSize } = gpu.profile;
  const subgroupsFit =
    subgroups && subgroupSize === 8 && chunkWidth(headSize) === 4 && headSize <= largestHeadBySubgroup;
  if (variant === 'bySubgroup' && !subgroupsFit) {
    throw new KernelArgumentError(
      `${kernel}: variant bySubgroup needs subgroups of 8, and a headSize that is a multiple of 4 and at most ` +
        `${largestHeadBySubgroup}; here they have ${subgroupSize}, and it is ${headSize}`,
    );
  }
  const preferred = !software ? 'tiled' : subgroupsFit ? 'bySubgroup' : 'byRow';
  return variant ?? (gpu.disabledVariants.has(`attention ${preferred}`) ? 'byRow' : preferred);
}

/** Channels that are read at once. */
export function chunkWidth(headSize: number): 1 | 4 {
  return headSize % 4 === 0 ? 4 : 1;
}

function pairParameters(
  kernel: string,
  { totalTokens, numHeads, headSize, scale, dropout }: AttentionShape,
  tileKeys: number,
  qkv: boolean,
): Parameters {
  const { threshold, keptScale } = dropoutParameters(kernel, dropout?.probability ?? 0);
  const chunks = headSize / chunkWidth(headSize);
  const width = numHeads * chunks;
  const [rowChunks, keyChunk, valueChunk] = qkv ? [3 * width, width, 2 * width] : [width, 0, 0];
  return {
    integers: [numHeads, chunks, dropout?.site ?? 0, threshold, tileKeys, totalTokens, rowChunks, keyChunk, valueChunk],
    floats: [keptScale, scale ?? 1 / Math.sqrt(headSize)],
  };
}
