/** What a workgroup of a product takes of a multiprocessor. */
export interface GemmResources {
  readonly threads: number;
  /** 32-bit registers of a thread: an estimate from what the generator keeps at once. */
  readonly registers: number;
  readonly workgroupBytes: number;
}

/**
 * Registers that a thread of a tile may take: so that two workgroups of 256 threads, or three of
 * 128, are on a multiprocessor of 65536 registers at once, and none goes to memory.
 */
export function mostRegisters(threads: number): number {
  return threads > 128 ? 128 : 168;
}
