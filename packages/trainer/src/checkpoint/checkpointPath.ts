/** The folder of the checkpoint that a run writes after so many steps. */
export const checkpointPath = (outputDir: string, step: number) => `${outputDir}/checkpoint-${step}`;
