import type { Gpu } from '../../../gpu.ts';
import type { Program } from '../../../recording/dispatch.ts';
import type { Epilogue } from '../product/epilogue.ts';
import type { GemmKit } from '../loading/gemmKit.ts';
import { wgsl as source } from './matrixTile.wgsl.ts';
import { matrixTileMain } from './main.ts';
import type { MatrixTile } from './tiles.ts';
import type { GemmOptions } from '../options.ts';

type Product = Pick<GemmOptions, 'a' | 'b' | 'm' | 'n' | 'k' | 'layout' | 'batch'>;

/** The program of a product by matrix units. */
export function matrixTileProgram(
  kit: GemmKit,
  gpu: Gpu,
  tile: MatrixTile,
  product: Product,
  epilogue: Epilogue,
): Program {
  const { complete, epilogueAccess, epilogueDefines, epilogueWidths, generatedWgsl, kernelProgram } = kit;
  const { a, b, m, n, k, layout, batch } = product;
  const { output, bias, gelu, geluBackward, accumulate, alpha, strideOutput } = epilogue;
  const columnSums = epilogue.columnSums !== undefined;
  const [aAlongK, bAlongK] = [layout !== 'TN', layout === 'NT'];
  const eights = (contiguous: number, stride = 0) => k > 0 && contiguous % 8 === 0 && stride % 8 === 0;
  const [aEights, bEights] = [eights(aAlongK ? k : m, batch?.strideA), eights(bAlongK ? k : n, batch?.strideB)];
  const vec4 = n % 4 === 0 && strideOutput % 4 === 0;
  // Fragments know no activations, no conversions, and no sums with another fragment, as slices
  // need; where none is loaded from vectors, none is stored to them.
  const direct =
    tile.words &&
    tile.slices === 1 &&
    vec4 &&
    output.elementType === 'f32' &&
    !gelu &&
    !geluBackward &&
    alpha === 1 &&
    !(bias && accumulate);
  const majorness = gpu.profile.subgroupMatrixSpelling === 'majorness';
  const text = {
    ...tile,
    aAlongK,
    bAlongK,
    aEights,
    bEights,
    direct,
    bias: bias !== undefined,
    accumulate,
    columnSums,
    majorness,
  };
  return kernelProgram('gemm matrixTile', complete(source), {
    access: epilogueAccess(gpu, {}, epilogue, epilogueWidths[vec4 ? 4 : 1]),
    aHalf: a.elementType === 'f16',
    bHalf: b.elementType === 'f16',
    aEights,
    bEights,
    aAlongK,
    bAlongK,
    ...epilogueDefines(epilogue, vec4),
    main: generatedWgsl(text, matrixTileMain),
  });
}
