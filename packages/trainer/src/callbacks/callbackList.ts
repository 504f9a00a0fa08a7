import { terminal } from '#platform';
import { nearestName, shown } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerError } from '../errors.ts';
import { TrainerControl } from '../state/trainerControl.ts';
import type { TrainerState } from '../state/trainerState.ts';
import { requireCallback } from './requireCallback.ts';
import type { CallbackClass, CallbackContext, CallbackState, EventName, TrainerCallback } from './trainerCallback.ts';

/** The Trainer whose run the callbacks watch. */
export interface WatchedTrainer {
  readonly args: TrainingArguments;
  readonly state: TrainerState;
  readonly control: TrainerControl;
}

/**
 * Flags that are cleared before an event: those acted upon, or set in an earlier step, as in
 * `transformers`.
 */
const clearedFlags: Readonly<Partial<Record<EventName, readonly (keyof TrainerControl)[]>>> = {
  onTrainBegin: ['shouldTrainingStop'],
  onEpochBegin: ['shouldEpochStop'],
  onStepBegin: ['shouldLog', 'shouldEvaluate', 'shouldSave'],
  onEvaluate: ['shouldEvaluate'],
  onSave: ['shouldSave'],
  onLog: ['shouldLog'],
};

/** Calls every callback in order, each with the run's arguments, state and control. */
export class CallbackList {
  readonly #trainer: WatchedTrainer;
  readonly #callbacks: TrainerCallback[] = [];
  /** Context that every event gets besides its own. */
  readonly common: { -readonly [Name in keyof CallbackContext]?: CallbackContext[Name] };

  constructor(trainer: WatchedTrainer, common: CallbackContext) {
    this.#trainer = trainer;
    this.common = { ...common };
  }

  /**
   * @param callback a callback, or its class, which is constructed without arguments
   * @throws TrainerError for something that has no event
   */
  add(callback: TrainerCallback | CallbackClass): void {
    const added = isClass(callback) ? new callback() : callback;
    requireCallback(added);
    const { constructor } = added as object;
    if (constructor !== Object && this.#callbacks.some((other) => (other as object).constructor === constructor)) {
      terminal.writeLine(
        `Trainer: a callback of the class ${constructor.name} was already added; both will be called.`,
      );
    }
    this.#callbacks.push(added);
  }

  /**
   * Removes a callback.
   *
   * @param callback a callback, or a class for the first of that class
   * @returns the removed callback; undefined when there is none
   */
  take(callback: TrainerCallback | CallbackClass): TrainerCallback | undefined {
    const index = this.#callbacks.findIndex(
      (one) => one === callback || (typeof callback === 'function' && one instanceof callback),
    );
    return index < 0 ? undefined : this.#callbacks.splice(index, 1)[0];
  }

  async call(event: EventName, context: CallbackContext = {}): Promise<void> {
    const { args, state, control } = this.#trainer;
    for (const flag of clearedFlags[event] ?? []) control[flag] = false;
    for (const callback of this.#callbacks.slice()) {
      const returned: unknown = await callback[event]?.(args, state, control, { ...this.common, ...context });
      // As in transformers, callbacks may return the control.
      if (typeof returned === 'object' && returned !== null && returned !== control)
        Object.assign(control, flagsOf(returned));
      requireFlags(control, event);
    }
  }

  /** The states of callbacks that have one, by class; a list where several are of one class. */
  states(): Record<string, unknown> {
    const states: Record<string, CallbackState[]> = {};
    for (const callback of this.#callbacks)
      if (callback.state) (states[classOf(callback)] ??= []).push(callback.state());
    return Object.fromEntries(
      Object.entries(states).map(([name, list]) => [name, list.length === 1 ? list[0] : list] as const),
    );
  }

  /** Gives each callback its state from a checkpoint; warns about states without a callback. */
  loadStates(states: Readonly<Record<string, unknown>>): void {
    for (const [name, given] of Object.entries(states)) {
      if (name === TrainerControl.name) continue;
      const own = this.#callbacks.filter((callback) => callback.state && classOf(callback) === name);
      const list = (Array.isArray(given) ? given : [given]) as CallbackState[];
      for (const [index, state] of list.entries()) {
        const callback = own[index];
        if (callback?.loadState) callback.loadState(state);
        else
          terminal.writeLine(
            `The checkpoint has the state of a callback ${name}; this Trainer has none that takes it.`,
          );
      }
    }
  }

  /** Called at the end of a run, also of a failed one: disposes of callbacks that show it. */
  endRun(): void {
    for (const name of ['optimizer', 'lrScheduler', 'trainDataloader'] as const) delete this.common[name];
    for (const callback of this.#callbacks) (callback as Partial<Disposable>)[Symbol.dispose]?.();
  }
}

const classOf = (callback: TrainerCallback) => (callback as object).constructor.name;

function flagsOf(returned: object): Partial<TrainerControl> {
  return Object.fromEntries(flags.flatMap((name) => (name in returned ? [[name, returned[name as never]]] : [])));
}

/** Refuses unknown flags that a callback sets: they would have no effect. */
function requireFlags(control: TrainerControl, event: EventName): void {
  for (const [name, value] of Object.entries(control)) {
    const wrong = !flags.includes(name) ? `there is no flag ${name}; ${hint(name)}` : null;
    if (wrong === null && typeof value === 'boolean') continue;
    throw new TrainerError(
      `${event}: a callback set control.${name}: ${wrong ?? `a flag is true or false; got ${shown(value)}`}`,
    );
  }
}

const flags: readonly string[] = Object.keys(new TrainerControl());

function hint(name: string): string {
  const nearest = nearestName(name, flags);
  return nearest ? `did you mean ${nearest}?` : `there are ${flags.join(', ')}`;
}

/** An arrow function has no prototype and cannot be constructed. */
const isClass = (callback: TrainerCallback | CallbackClass): callback is CallbackClass =>
  typeof callback === 'function' && 'prototype' in callback;
