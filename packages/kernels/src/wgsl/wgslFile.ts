/** A `.wgsl` file and those that it includes, as `scripts/inline-wgsl.mjs` writes it. */
export interface WgslFile {
  /** From `src/` on. */
  readonly path: string;
  readonly text: string;
  /** The files included. */
  readonly includes: readonly WgslFile[];
}
