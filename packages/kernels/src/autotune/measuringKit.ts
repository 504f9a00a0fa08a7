import { gemmClassKey } from '../kernels/gemm/choice/productClasses.ts';
import { gemm } from '../kernels/gemm/forward.ts';
import { choicesOnGpus } from '../kernels/gemm/loading/loadedVariants.ts';
import { fittingVariants } from '../kernels/gemm/variants.ts';

/**
 * What `measureGemm.ts` is handed, which only those load who have no table: it imports nothing that
 * a page has before, for the reason that `kernels/gemm/loading/gemmKit.ts` gives.
 */
export const measuringKit = { choicesOnGpus, fittingVariants, gemm, gemmClassKey };

export type MeasuringKit = typeof measuringKit;
