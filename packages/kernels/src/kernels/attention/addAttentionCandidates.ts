import type { Gpu } from '../../gpu.ts';
import { generatedWgsl } from '../../wgsl/kernelProgram.ts';
import { candidates } from './candidates.ts';
import { flashMatrix, flashMatrixProgram } from './flashMatrix.ts';
import { wgsl as source } from './flashMatrix.wgsl.ts';
import { flashMatrixBackward, flashMatrixBackwardProgram } from './flashMatrixBackward.ts';
import { blockKeys, matrixRows } from './flashMatrixProducts.ts';
import type { FlashMatrixProgram } from './flashMatrixProducts.ts';
import type { AttentionShape } from './options.ts';
import { recordProgram } from './recordPairs.ts';
import type { PairKernel } from './pairKernel.ts';

/**
 * Gives attention the variant `flashMatrix`, which it never takes by itself: no GPU has timed it, and
 * matrix units round what they multiply to f16. A page that does not call it does not carry it.
 */
export function addAttentionCandidates(): void {
  candidates.set('flashMatrix', {
    whatIsMissing(gpu, headSize) {
      if (headSize % 4 === 0 && flashMatrixProgram(gpu, headSize)) return undefined;
      return (
        'takes a headSize that is a multiple of 4 and at most 128, and matrix units with f16 operands and f32 sums ' +
        `whose tiles fit this device; here they are ${JSON.stringify(gpu.profile.subgroupMatrix)}, and it is ${headSize}`
      );
    },
    forward(gpu, options, pairKernel) {
      const program = flashMatrixProgram(gpu, options.headSize);
      if (program) recordMatrix(gpu, options, pairKernel, program, flashMatrix);
    },
    backward(gpu, options, pairKernel) {
      const program = flashMatrixBackwardProgram(gpu, options.headSize, options.maxSeqlen);
      if (program) recordMatrix(gpu, options, pairKernel, program, flashMatrixBackward);
      return program !== undefined;
    },
  });
}

function recordMatrix(
  gpu: Gpu,
  options: AttentionShape,
  pairKernel: PairKernel,
  program: FlashMatrixProgram,
  write: (program: FlashMatrixProgram) => string,
): void {
  recordProgram(gpu, options, pairKernel, {
    variant: 'flashMatrix',
    source,
    sizes: { main: generatedWgsl(program, write) },
    chunkWidth: 4,
    rowsPerWorkgroup: pairKernel.pass === 'forward' ? matrixRows(program) : blockKeys,
    tileKeys: blockKeys,
  });
}
