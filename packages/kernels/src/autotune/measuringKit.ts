import { gemmClassKey } from '../kernels/gemm/choice/productClasses.ts';
import { gemm } from '../kernels/gemm/forward.ts';
import { choicesOnGpus } from '../kernels/gemm/loading/loadedVariants.ts';
import { fittingVariants } from '../kernels/gemm/variants.ts';

/**
 * What `measureGemm.ts` is passed. That module is loaded only where no table exists, and imports
 * nothing that the page already has; `kernels/gemm/loading/gemmKit.ts` says why.
 */
export const measuringKit = { choicesOnGpus, fittingVariants, gemm, gemmClassKey };

export type MeasuringKit = typeof measuringKit;
