/** The variant and tile of a kernel that tuning found to be the fastest. */
export interface VariantChoice {
  readonly variant: string;
  readonly tile: string;
  /** Number of parts in which a product's inner dimension is summed. */
  readonly splits?: number | undefined;
}
