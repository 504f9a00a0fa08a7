/** A weight whose shape in the checkpoint is not the model's. */
export interface ProblemShape {
  readonly name: string;
  /** Shape in the checkpoint. */
  readonly checkpoint: readonly number[];
  /** Shape in the model. */
  readonly model: readonly number[];
}
