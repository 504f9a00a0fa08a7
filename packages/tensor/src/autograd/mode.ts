import { requireSynchronous } from './requireSynchronous.ts';

/** A process-wide mode that is changed for the duration of a call. */
export class Mode<State> {
  readonly #name: string;
  #current: State;

  /** @param name name of the function that changes it, for messages */
  constructor(name: string, outside: State) {
    this.#name = name;
    this.#current = outside;
  }

  get current(): State {
    return this.#current;
  }

  /** @throws TensorError when `body` is not a function, or is asynchronous */
  during<T>(state: State, body: () => T): T {
    requireSynchronous(this.#name, body);
    return this.as(state, body);
  }

  /** The same, without checking `body`. */
  as<T>(state: State, body: () => T): T {
    const before = this.#current;
    this.#current = state;
    try {
      return body();
    } finally {
      this.#current = before;
    }
  }
}
