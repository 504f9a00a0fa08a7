import { requireSynchronous } from './requireSynchronous.ts';

/** A mode of the process, which is another one for a call of a function. */
export class Mode<State> {
  readonly #name: string;
  #current: State;

  /** @param name of the function that sets another, for messages */
  constructor(name: string, outside: State) {
    this.#name = name;
    this.#current = outside;
  }

  get current(): State {
    return this.#current;
  }

  /** @throws TensorError when `body` is no function, or an asynchronous one */
  during<T>(state: State, body: () => T): T {
    requireSynchronous(this.#name, body);
    return this.as(state, body);
  }

  /** The same of a body that is known. */
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
