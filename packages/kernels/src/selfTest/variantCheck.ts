/** What a fast variant and the portable one made of the same input. */
export interface VariantCheck {
  /** Kernel and variant, such as `gemm subgroupMatrix`. */
  readonly name: string;
  readonly actual: Float32Array;
  readonly expected: Float32Array;
  /** Largest difference that roundings explain. */
  readonly tolerance: number;
}
