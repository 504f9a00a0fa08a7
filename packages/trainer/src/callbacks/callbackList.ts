import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainerControl } from '../state/trainerControl.ts';
import type { TrainerState } from '../state/trainerState.ts';
import type { CallbackContext, TrainerCallback } from './trainerCallback.ts';

/** Calls every callback in order, each with the run's arguments, state and control. */
export class CallbackList {
  readonly callbacks: TrainerCallback[];
  readonly #args: TrainingArguments;
  readonly #state: () => TrainerState;
  readonly #control: TrainerControl;

  constructor(
    callbacks: TrainerCallback[],
    args: TrainingArguments,
    state: () => TrainerState,
    control: TrainerControl,
  ) {
    this.callbacks = callbacks;
    this.#args = args;
    this.#state = state;
    this.#control = control;
  }

  async call(event: keyof TrainerCallback, context: CallbackContext = {}): Promise<void> {
    for (const callback of this.callbacks) await callback[event]?.(this.#args, this.#state(), this.#control, context);
  }
}
