/** The variant and tile of a kernel that tuning found to be the fastest, by name. */
export interface VariantChoice {
  readonly variant: string;
  readonly tile: string;
  /** Parts in which a product's inner dimension is summed. */
  readonly splits?: number | undefined;
}
