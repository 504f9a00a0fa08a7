import { generatedWgsl } from '../../../wgsl/kernelProgram.ts';
import { addedVariants } from '../loading/addedVariants.ts';
import { recordProgram } from '../pairs/recordPairs.ts';
import { flashMatrixBackward, flashMatrixGradKeyValue, flashMatrixGradQuery } from './backward.ts';
import { wgsl as source } from './flashMatrix.wgsl.ts';
import { flashMatrixForward } from './forward.ts';
import { flashMatrixProgram, matrixRows } from './tiles.ts';

const writers = {
  forward: flashMatrixForward,
  backward: flashMatrixBackward,
  gradQuery: flashMatrixGradQuery,
  gradKeyValue: flashMatrixGradKeyValue,
};

/**
 * Adds the variant `flashMatrix` to attention. It is never chosen by default: it has not been timed
 * on a GPU, and matrix units round their operands to f16. A page that does not call this does not
 * contain its code.
 */
export function addAttentionCandidates(): void {
  addedVariants.set('flashMatrix', {
    whatIsMissing(gpu, headSize) {
      if (headSize % 4 === 0 && flashMatrixProgram(gpu, 'forward', headSize, 0)) return undefined;
      return (
        'takes a headSize that is a multiple of 4 and at most 256, and matrix units with f16 operands and f32 sums, ' +
        `read from words, whose blocks fit this device; here they are ${JSON.stringify(gpu.profile.subgroupMatrix)}, and headSize is ${headSize}`
      );
    },
    takes: (gpu, pass, { headSize, maxSeqlen }) => flashMatrixProgram(gpu, pass, headSize, maxSeqlen) !== undefined,
    record(gpu, options, pairKernel) {
      const { pass, savesRows = false } = pairKernel;
      const program = flashMatrixProgram(gpu, pass, options.headSize, options.maxSeqlen);
      if (!program) return;
      const { keys } = program;
      recordProgram(gpu, options, pairKernel, {
        variant: 'flashMatrix',
        source,
        sizes: { main: generatedWgsl({ ...program, savesRows }, writers[pass]) },
        chunkWidth: 4,
        rowsPerWorkgroup: pass === 'forward' || pass === 'gradQuery' ? matrixRows(program) : keys,
        tileKeys: keys,
      });
    },
  });
}
