/** A `.wgsl` file and those that it includes, as `scripts/inline-wgsl.mjs` writes it. */
export interface WgslFile {
  /** From `src/` on. */
  readonly path: string;
  readonly text: string;
  /** The files included, by the words after `#include`. */
  readonly includes: Readonly<Record<string, WgslFile>>;
}
