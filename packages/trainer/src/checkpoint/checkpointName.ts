/** The folder of the checkpoint after `step` steps. */
export const checkpointPath = (outputDir: string, step: number) => `${outputDir}/checkpoint-${step}`;

/** The step in a name such as `checkpoint-500`; NaN for any other name. */
export function stepOf(name: string): number {
  return Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? NaN);
}
