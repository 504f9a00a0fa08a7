import { generatedWgsl } from '../../wgsl/kernelProgram.ts';
import { candidates } from './candidates.ts';
import { flashMatrix, flashMatrixProgram } from './flashMatrix.ts';
import { wgsl as source } from './flashMatrix.wgsl.ts';
import { blockKeys, matrixRows } from './flashMatrixProducts.ts';
import { recordProgram } from './recordPairs.ts';

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
      if (!program) return;
      recordProgram(gpu, options, pairKernel, {
        variant: 'flashMatrix',
        source,
        sizes: { main: generatedWgsl(program, flashMatrix) },
        chunkWidth: 4,
        rowsPerWorkgroup: matrixRows(program),
        tileKeys: blockKeys,
      });
    },
  });
}
