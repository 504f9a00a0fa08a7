import { reshape } from '@attune/tensor';
import { fusedCrossEntropy } from '@attune/tensor/internal';
import type { SmoothingOperations } from './labelSmoothing.ts';

/** Operations of label smoothing, loaded with the first run, evaluation or prediction. */
export const smoothingOperations: SmoothingOperations = { fusedCrossEntropy, reshape };
