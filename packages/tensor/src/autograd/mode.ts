import { requireSynchronous } from './requireSynchronous.ts';

/** A mode of the process that lasts for one call of a function. */
export class Mode {
  readonly #name: string;
  readonly #outside: boolean;
  #on: boolean;

  constructor(name: string, { outside }: { readonly outside: boolean }) {
    this.#name = name;
    this.#outside = outside;
    this.#on = outside;
  }

  get on(): boolean {
    return this.#on;
  }

  /** @throws TensorError when `body` is no function, or an asynchronous one */
  during<T>(body: () => T): T {
    requireSynchronous(this.#name, body);
    return this.as(!this.#outside, body);
  }

  /** Runs `body` with the mode on or off, whatever it is outside. */
  as<T>(on: boolean, body: () => T): T {
    const before = this.#on;
    this.#on = on;
    try {
      return body();
    } finally {
      this.#on = before;
    }
  }
}
