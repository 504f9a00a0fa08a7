import type { Gpu } from '../../../gpu.ts';
import type { Program } from '../../../recording/dispatch.ts';
import type { ProgramsByFlags } from '../../../wgsl/programsByFlags.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import type { Epilogue } from '../product/epilogue.ts';
import type { GemmKit } from '../loading/gemmKit.ts';
import type { GemmOptions } from '../options.ts';
import { matrixTileMain } from './main.ts';
import type { MatrixTile } from './tiles.ts';

interface MatrixTileProduct {
  readonly gpu: Gpu;
  readonly tile: MatrixTile;
  readonly source: WgslFile;
  /** Programs of this tile. */
  readonly programs: ProgramsByFlags;
  readonly product: Pick<GemmOptions, 'a' | 'b' | 'm' | 'n' | 'k' | 'layout' | 'batch'>;
  readonly epilogue: Epilogue;
}

/** The program of a product by matrix units. */
export function matrixTileProgram(kit: GemmKit, asked: MatrixTileProduct): Program {
  const { gpu, tile, source, programs, product, epilogue } = asked;
  const { a, b, m, n, k, layout, batch } = product;
  const { output, bias, gelu, geluBackward, accumulate, alpha, strideOutput } = epilogue;
  const [aAlongK, bAlongK] = [layout !== 'TN', layout === 'NT'];
  const eights = (contiguous: number, stride = 0) => k > 0 && contiguous % 8 === 0 && stride % 8 === 0;
  const [aEights, bEights] = [eights(aAlongK ? k : m, batch?.strideA), eights(bAlongK ? k : n, batch?.strideB)];
  const [aHalf, bHalf] = [a.elementType === 'f16', b.elementType === 'f16'];
  const vec4 = n % 4 === 0 && strideOutput % 4 === 0;
  // Fragments support no activation, no conversion and no sum of two fragments, as slices would
  // need; where they cannot be loaded from vectors, they cannot be stored to them.
  const direct =
    tile.words &&
    tile.slices === 1 &&
    vec4 &&
    output.elementType === 'f32' &&
    !gelu &&
    !geluBackward &&
    alpha === 1 &&
    !(bias && accumulate);
  const make = () =>
    kit.kernelProgram('gemm matrixTile', source, {
      access: kit.written(kit.epilogueAccess(gpu, {}, epilogue, kit.epilogueWidths[vec4 ? 4 : 1])),
      aHalf,
      bHalf,
      aEights,
      bEights,
      aAlongK,
      bAlongK,
      ...kit.epilogueDefines(epilogue, vec4),
      main: kit.generatedWgsl(
        {
          ...tile,
          asksLanes: gpu.profile.subgroupSize === 0,
          aAlongK,
          bAlongK,
          aEights,
          bEights,
          direct,
          bias: bias !== undefined,
          accumulate,
          columnSums: epilogue.columnSums !== undefined,
          majorness: gpu.profile.subgroupMatrixSpelling === 'majorness',
        },
        matrixTileMain,
      ),
    });
  const flags = [aHalf, bHalf, aEights, bEights, aAlongK, bAlongK, direct];
  return programs.get(flags, make, kit.epilogueFlags(gpu, epilogue, vec4));
}
