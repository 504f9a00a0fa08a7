import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { bytesPerElement } from '../../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../../recording/dispatch.ts';
import type { Program } from '../../../recording/dispatch.ts';
import { kernelProgram, written } from '../../../wgsl/kernelProgram.ts';
import { ProgramsByFlags } from '../../../wgsl/programsByFlags.ts';
import { presentArrays } from '../../validate.ts';
import type { GemmOptions } from '../options.ts';
import {
  epilogueAccess,
  epilogueDefines,
  epilogueFlags,
  epilogueWidths,
  readByEpilogue,
  writtenByEpilogue,
} from './epilogue.ts';
import type { Epilogue } from './epilogue.ts';
import type { GemmPlan, GemmTile, Operand } from './gemmTile.ts';

/** Records the product, after packing the operands as the plan says. */
export function recordProduct(gpu: Gpu, options: GemmOptions, plan: GemmPlan, epilogue: Epilogue): void {
  const { m, n, k, layout, batch } = options;
  const { tile, packing } = plan;
  const reads = (contiguous: number, stride = 0) =>
    tile.readsVectors && k > 0 && contiguous % 4 === 0 && stride % 4 === 0;
  const [aAlongK, bAlongK] = [layout !== 'TN', layout === 'NT'];
  const operand = (array: GpuArray, alongInner: boolean, vec4: boolean) => ({ array, alongInner, vec4, packed: false });
  const given = {
    a: operand(options.a, aAlongK, reads(aAlongK ? k : m, batch?.strideA)),
    b: operand(options.b, bAlongK, reads(bAlongK ? k : n, batch?.strideB)),
  };
  const pack = (side: 'a' | 'b', lines: number, panelWidth: number) =>
    (packing[side] && tile.packing?.pack(gpu, given[side], { side, lines, inner: k, panelWidth })) || given[side];
  const a = pack('a', m, tile.rows);
  const b = pack('b', n, tile.columns);
  recordOperands(gpu, options, plan, { a, b }, epilogue);
  if (a.packed) gpu.release(a.array);
  if (b.packed) gpu.release(b.array);
}

interface Operands {
  readonly a: Operand;
  readonly b: Operand;
}

const oneMatrix = { count: 1, strideA: 0, strideB: 0, strideOutput: 0 };

function recordOperands(gpu: Gpu, options: GemmOptions, plan: GemmPlan, { a, b }: Operands, epilogue: Epilogue): void {
  const { m, n, k, batch = oneMatrix } = options;
  const { tile, splits } = plan;
  const { parts, innerPerPart } = splits;
  const { output, alpha, strideOutput } = epilogue;
  const columnTiles = Math.ceil(n / tile.columns);
  const tiles = columnTiles * Math.ceil(m / tile.rows);
  const [x, y] = spreadWorkgroups(tiles);
  const bytes =
    m * k * bytesPerElement[a.array.elementType] +
    k * n * bytesPerElement[b.array.elementType] +
    parts * m * n * bytesPerElement[output.elementType];
  gpu.dispatch({
    program: tile.program?.(gpu, options, epilogue) ?? operandsProgram(gpu, options, plan, { a, b }, epilogue),
    parameters: {
      integers: [m, n, k, batch.strideA, batch.strideB, strideOutput, parts, innerPerPart, columnTiles, tiles],
      floats: [alpha],
    },
    reads: [a.array, b.array, ...presentArrays(readByEpilogue(epilogue))],
    writes: presentArrays(writtenByEpilogue(epilogue)),
    workgroups: [x, y, batch.count * parts],
    work: { flops: 2 * m * n * k * batch.count, bytes: bytes * batch.count },
  });
}

/** Programs by tile; every tile object is made once. */
const programsOfTiles = /* @__PURE__ */ new WeakMap<GemmTile, ProgramsByFlags>();

/** The program of a variant that reads its operands as vectors of four or as single elements. */
function operandsProgram(
  gpu: Gpu,
  { n }: GemmOptions,
  plan: GemmPlan,
  operands: Operands,
  epilogue: Epilogue,
): Program {
  const { tile } = plan;
  const { a, b } = operands;
  const vec4 = n % 4 === 0 && epilogue.strideOutput % 4 === 0;
  let programs = programsOfTiles.get(tile);
  if (!programs) programsOfTiles.set(tile, (programs = new ProgramsByFlags()));
  const flags = [
    a.vec4,
    b.vec4,
    a.alongInner,
    b.alongInner,
    a.packed,
    b.packed,
    a.array.elementType === 'f16',
    b.array.elementType === 'f16',
  ];
  const make = () => makeProgram(gpu, plan, operands, epilogue, vec4);
  return programs.get(flags, make, epilogueFlags(gpu, epilogue, vec4));
}

function makeProgram(
  gpu: Gpu,
  { variant, tile }: GemmPlan,
  { a, b }: Operands,
  epilogue: Epilogue,
  vec4: boolean,
): Program {
  const order = {
    aAlongK: a.alongInner,
    bAlongK: b.alongInner,
    aVec4: a.vec4,
    bVec4: b.vec4,
    aPacked: a.packed,
    bPacked: b.packed,
    columnSums: epilogue.columnSums !== undefined,
  };
  const access = epilogueAccess(gpu, { a: a.array, b: b.array }, epilogue, {
    a: a.vec4 ? 4 : 1,
    b: b.vec4 ? 4 : 1,
    ...epilogueWidths[vec4 ? 4 : 1],
  });
  return kernelProgram(`gemm ${variant}`, tile.source, {
    access: written(access),
    aVec4: a.vec4,
    bVec4: b.vec4,
    aAlongK: a.alongInner,
    bAlongK: b.alongInner,
    // Whether the inner dimension may end within a vector of four.
    tail: !(a.packed || b.packed || (a.vec4 && a.alongInner) || (b.vec4 && b.alongInner)),
    ...tile.defines(order),
    ...epilogueDefines(epilogue, vec4),
  });
}
