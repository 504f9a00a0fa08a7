import { KernelArgumentError } from '../../errors.ts';

/** The weight of a loss must be a finite number. */
export function requireWeight(kernel: string, weight: number): void {
  if (!Number.isFinite(weight))
    throw new KernelArgumentError(`${kernel}: weight is ${weight}; it must be a finite number, 1 / count for a mean`);
}
