/** A `.wgsl` file and the files that it includes, as `scripts/build/inline-wgsl.mjs` writes it. */
export interface WgslFile {
  /** Path below `src/`. */
  readonly path: string;
  readonly text: string;
  /** The files included. */
  readonly includes: readonly WgslFile[];
}
