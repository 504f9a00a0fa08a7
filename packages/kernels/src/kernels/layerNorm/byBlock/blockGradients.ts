import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { dropoutParameters } from '../../../random/dropout.ts';
import { spreadWorkgroups } from '../../../recording/dispatch.ts';
import { AccessPrograms } from '../../../wgsl/accessPrograms.ts';
import { recordDropout } from '../../dropout/index.ts';
import { presentArrays, requireSeparate } from '../../validate.ts';
import { wgsl as source } from './blockGradients.wgsl.ts';
import type { LayerNormBackwardOptions } from '../options.ts';
import { sumParameters } from './parameterSums.ts';
import { planRows } from '../variants.ts';

const kernel = 'layerNormBackward';
const programs = /* @__PURE__ */ new AccessPrograms(`${kernel} blocks`, source);
/**
 * Arrays of a block with dropout: gradOutput, sum, mean, reciprocalStd, weight, keys, state;
 * gradSum, gradInput, partials.
 */
const mostArrays = 10;
const threads = 128;
const mostVectorsOfThread = 8;
const leastRowsOfBlock = 4;
const mostBlocks = 256;

/**
 * Whether one pass computes the gradients of rows and parameters: on GPUs, for rows that fit
 * registers.
 */
export function takesBlocks(gpu: Gpu, options: LayerNormBackwardOptions): boolean {
  const { variant, width } = planRows(gpu, options);
  const { rows, columns } = options;
  const vectors = columns / width;
  return variant === 'workgroupPerRow' && rows > 0 && vectors > 0 && vectors <= threads * mostVectorsOfThread;
}

/**
 * Records the gradients of rows, block by block, and the sums over the blocks for weight and bias.
 */
export function blockGradients(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { dropout, gradSum, gradInput, rows, columns } = options;
  if (dropout && gradInput && gpu.info.limits.maxStorageBuffersPerShaderStage < mostArrays) {
    blockGradients(gpu, { ...options, dropout: undefined, gradInput: undefined });
    recordDropout(gpu, { input: gradSum, output: gradInput, rows, columns, dropout });
    return;
  }
  const { gradWeight, gradBias, accumulate = false, sums } = options;
  const rowsPerBlock = Math.max(leastRowsOfBlock, Math.ceil(rows / mostBlocks));
  const parts = { gradWeight, gradBias, blocks: Math.ceil(rows / rowsPerBlock), columns };
  const left = sums?.add(parts);
  const partials = left ?? gpu.allocate('f32', 2 * parts.blocks * columns, 'parts of gradients');
  rowsOfBlocks(gpu, options, partials, { rowsPerBlock, blocks: parts.blocks });
  if (left) return;
  sumParameters(gpu, parts, partials, accumulate);
  gpu.release(partials);
}

function rowsOfBlocks(
  gpu: Gpu,
  options: LayerNormBackwardOptions,
  partials: GpuArray,
  { rowsPerBlock, blocks }: { readonly rowsPerBlock: number; readonly blocks: number },
): void {
  const { gradOutput, sum, mean, reciprocalStd, weight, gradSum, gradInput, dropout, rows, columns } = options;
  const drops = dropout ?? options.outputDropout;
  const { tokenKeys, state } = drops?.random ?? {};
  const reads = presentArrays({ gradOutput, sum, mean, reciprocalStd, weight, tokenKeys, state });
  const writes = presentArrays({ gradSum, gradInput, partials });
  requireSeparate(kernel, reads, writes);
  const { width } = planRows(gpu, options);
  const vectors = columns / width;
  const { threshold, keptScale } = dropoutParameters(drops?.probability ?? 0);
  gpu.dispatch({
    program: programs.get(gpu, { gradOutput, sum, weight }, { gradSum, gradInput }, width, {
      vec4: width === 4,
      dropout: drops !== undefined,
      dropsInput: dropout !== undefined,
      dropsOutput: options.outputDropout !== undefined,
      rowPerInvocation: false,
      vectorsEach: 2 ** Math.ceil(Math.log2(Math.max(1, vectors / threads))),
    }),
    parameters: {
      integers: [rows, columns, vectors, rowsPerBlock, drops?.site ?? 0, threshold],
      floats: [keptScale],
    },
    reads,
    writes,
    workgroups: spreadWorkgroups(blocks),
    work: { bytes: 4 * columns * (rows * (dropout ? 4 : 3) + 2 * blocks) },
  });
}
