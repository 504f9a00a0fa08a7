import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { epilogueKey, epilogueSource, fetch } from './epilogue.ts';
import type { Epilogue } from './epilogue.ts';
import { packOperand } from './packing.ts';
import type { Operand } from './packing.ts';
import { wgsl as sumPartsSource } from './sumParts.wgsl.ts';
import { wgsl as tilesSource } from './tiles.wgsl.ts';
import { panelsFor, splitsFor, tileOf } from './variants.ts';
import type { GemmOptions, GemmTile } from './options.ts';

export type { GemmBatch, GemmLayout, GemmOptions, GemmTileSize, GemmVariant } from './options.ts';

const kernel = 'gemm';
const mostMatrices = 65535;

/**
 * output = activation(alpha * a b + bias), added to what output holds with `accumulate`:
 * `torch.addmm`, `torch.nn.functional.linear` (layout NT). Sums are taken in f32, in an order that
 * depends on the shapes and the variant alone.
 *
 * @throws KernelArgumentError
 */
export function gemm(gpu: Gpu, options: GemmOptions): void {
  validate(options);
  const { output, m, n, k, batch, alpha = 1, accumulate = false, bias, activation = 'none', preActivation } = options;
  const tile = tileOf(gpu, options);
  const epilogue = { output, accumulate, bias, gelu: activation === 'gelu', preActivation };
  const tiles = Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
  const splits = options.splits ?? (batch ? 1 : splitsFor(gpu, tiles, k));
  // Parts of whole steps of the inner loop of every variant.
  const innerPerPart = Math.ceil(k / splits / 16) * 16;
  const parts = innerPerPart === 0 ? 1 : Math.ceil(k / innerPerPart);
  if (parts === 1) {
    multiply(gpu, options, tile, epilogue, { parts, innerPerPart, alpha, strideOutput: batch?.strideOutput ?? 0 });
    return;
  }
  const partials = gpu.allocate('f32', parts * m * n, 'gemm partials');
  const store = { output: partials, accumulate: false, bias: undefined, gelu: false, preActivation: undefined };
  multiply(gpu, options, tile, store, { parts, innerPerPart, alpha: 1, strideOutput: m * n });
  sumParts(gpu, partials, epilogue, { m, n, parts, alpha });
  gpu.release(partials);
}

function validate({
  a,
  b,
  output,
  m,
  n,
  k,
  layout,
  batch,
  accumulate,
  bias,
  activation = 'none',
  preActivation,
  splits = 1,
}: GemmOptions): void {
  requireExtents(kernel, { m, n, k, ...batch, splits });
  const elements = (stride: number, matrix: number) => ({
    elements: batch?.count ? (batch.count - 1) * stride + matrix : 0,
  });
  const results = batch ? elements(batch.strideOutput, m * n) : { m, n };
  requireArray(
    kernel,
    'a',
    a,
    batch ? elements(batch.strideA, m * k) : layout === 'TN' ? { k, m } : { m, k },
    floatTypes,
  );
  requireArray(
    kernel,
    'b',
    b,
    batch ? elements(batch.strideB, k * n) : layout === 'NT' ? { n, k } : { k, n },
    floatTypes,
  );
  requireArray(kernel, 'output', output, results, floatTypes);
  if (bias) requireArray(kernel, 'bias', bias, { n }, singleTypes);
  if (preActivation) requireArray(kernel, 'preActivation', preActivation, results, floatTypes);
  if (preActivation && activation === 'none')
    throw new KernelArgumentError(`${kernel}: preActivation is what an activation is applied to; there is none`);
  if (accumulate && activation !== 'none')
    throw new KernelArgumentError(`${kernel}: accumulate and an activation exclude each other`);
  if (splits === 0 || (batch && splits > 1))
    throw new KernelArgumentError(`${kernel}: splits is ${splits}; it must be at least 1, and 1 for a batch`);
  if (batch && (batch.count > mostMatrices || (batch.count > 1 && batch.strideOutput < m * n))) {
    throw new KernelArgumentError(
      `${kernel}: a batch of ${batch.count} with strideOutput ${batch.strideOutput}; it takes up to ${mostMatrices} matrices, at least m * n = ${m * n} apart`,
    );
  }
  requireSeparate(kernel, [a, b, ...(bias ? [bias] : [])], [output, ...(preActivation ? [preActivation] : [])]);
}

interface Parts {
  readonly parts: number;
  readonly innerPerPart: number;
  readonly alpha: number;
  readonly strideOutput: number;
}

function multiply(gpu: Gpu, options: GemmOptions, tile: GemmTile, epilogue: Epilogue, parts: Parts): void {
  const { m, n, k, layout, batch } = options;
  const aAlongK = layout !== 'TN';
  const bAlongK = layout === 'NT';
  const isWide = (contiguous: number, stride = 0) =>
    tile.readsVectors && k > 0 && contiguous % 4 === 0 && stride % 4 === 0;
  const a = { array: options.a, alongInner: aAlongK, wide: isWide(aAlongK ? k : m, batch?.strideA), inPanels: false };
  const b = { array: options.b, alongInner: bAlongK, wide: isWide(bAlongK ? k : n, batch?.strideB), inPanels: false };
  const panels = panelsFor(gpu, tile, options);
  const left = panels.a ? packOperand(gpu, a, { side: 'a', lines: m, inner: k, panelWidth: tile.rows }) : a;
  const right = panels.b ? packOperand(gpu, b, { side: 'b', lines: n, inner: k, panelWidth: tile.columns }) : b;
  multiplyOperands(gpu, options, tile, { a: left, b: right }, epilogue, parts);
  for (const { array, inPanels } of [left, right]) if (inPanels) gpu.release(array);
}

function multiplyOperands(
  gpu: Gpu,
  { m, n, k, batch = { count: 1, strideA: 0, strideB: 0, strideOutput: 0 } }: GemmOptions,
  tile: GemmTile,
  { a, b }: { readonly a: Operand; readonly b: Operand },
  epilogue: Epilogue,
  { parts, innerPerPart, alpha, strideOutput }: Parts,
): void {
  const { output, bias, preActivation } = epilogue;
  const wideOutput = n % 4 === 0 && strideOutput % 4 === 0;
  // Whether the inner dimension may end within a group of four.
  const hasTail = !(a.inPanels || b.inPanels || (a.wide && a.alongInner) || (b.wide && b.alongInner));
  const columnTiles = Math.ceil(n / tile.columns);
  const tiles = columnTiles * Math.ceil(m / tile.rows);
  const [x, y] = spreadWorkgroups(tiles);
  const types = typesKey(gpu, a.array, b.array, output, preActivation);
  const aAlongK = a.alongInner;
  const bAlongK = b.alongInner;
  // P: in panels, however it was stored.
  const letters = `${a.inPanels ? 'P' : aAlongK ? 'N' : 'T'}${b.inPanels ? 'P' : bAlongK ? 'T' : 'N'}`;
  const widths = `${a.wide ? 4 : 1},${b.wide ? 4 : 1},${wideOutput ? 4 : 1}`;
  const bytes =
    m * k * bytesPerElement[a.array.elementType] +
    k * n * bytesPerElement[b.array.elementType] +
    parts * m * n * bytesPerElement[output.elementType];
  gpu.dispatch({
    program: {
      key: `${kernel} ${letters} ${tile.name} ${types} by ${widths}${hasTail ? ' tail' : ''}${epilogueKey(epilogue)}`,
      source: () =>
        [
          tile.enables,
          epilogueSource(gpu, epilogue, wideOutput, { a, b }),
          `const aAlongK = ${aAlongK};\nconst bAlongK = ${bAlongK};\nconst hasTail = ${hasTail};`,
          fetch('A', a.wide),
          fetch('B', b.wide),
          tilesSource,
          tile.source({ aAlongK, bAlongK, aInPanels: a.inPanels, bInPanels: b.inPanels }),
        ].join('\n'),
    },
    parameters: {
      integers: [m, n, k, batch.strideA, batch.strideB, strideOutput, parts, innerPerPart, columnTiles, tiles],
      floats: [alpha],
    },
    reads: [a.array, b.array, ...(bias ? [bias] : [])],
    writes: [output, ...(preActivation ? [preActivation] : [])],
    workgroups: [x, y, batch.count * parts],
    work: { flops: 2 * m * n * k * batch.count, bytes: bytes * batch.count },
  });
}

function sumParts(
  gpu: Gpu,
  partials: GpuArray,
  epilogue: Epilogue,
  { m, n, parts, alpha }: { m: number; n: number; parts: number; alpha: number },
): void {
  const { output, bias, preActivation } = epilogue;
  const wide = n % 4 === 0;
  const columnFours = Math.ceil(n / 4);
  gpu.dispatch({
    program: {
      key: `${kernel} sum of parts ${typesKey(gpu, output, preActivation)} by ${wide ? 4 : 1}${epilogueKey(epilogue)}`,
      source: () =>
        [
          epilogueSource(gpu, epilogue, wide, { partials: { array: partials, wide } }),
          fetch('Partials', wide),
          sumPartsSource,
        ].join('\n'),
    },
    parameters: { integers: [m, n, columnFours, parts], floats: [alpha] },
    reads: [partials, ...(bias ? [bias] : [])],
    writes: [output, ...(preActivation ? [preActivation] : [])],
    workgroups: spreadWorkgroups(Math.ceil((m * columnFours) / 64)),
    work: { bytes: 4 * (parts + 1) * m * n },
  });
}

/** Words that name the types of arrays in a program key. */
function typesKey(gpu: Gpu, ...arrays: readonly (GpuArray | undefined)[]): string {
  let types = '';
  let half = false;
  for (const array of arrays) {
    if (!array) continue;
    types += types ? ` ${array.elementType}` : array.elementType;
    half ||= array.elementType === 'f16';
  }
  return half && gpu.profile.f16Storage === 'packed' ? `${types} packed` : types;
}
