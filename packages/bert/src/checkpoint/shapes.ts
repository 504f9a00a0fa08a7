/** A weight whose shape in the checkpoint is not the model's. */
export interface ProblemShape {
  readonly name: string;
  readonly checkpoint: readonly number[];
  readonly model: readonly number[];
}
