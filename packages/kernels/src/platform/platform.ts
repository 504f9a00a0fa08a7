/** What differs between Node and a browser when WebGPU is opened. */
export interface WebGpuOptions {
  /** Dawn's backend, in Node only: `null` compiles shaders without running them. */
  readonly backend?: string | undefined;
  /** Whether the driver checks indices, in Node only: browsers always do. */
  readonly robustness: boolean;
}
