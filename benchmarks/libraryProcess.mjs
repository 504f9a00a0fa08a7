import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * A program that does tasks in a process of its own, one at a time, so that no library's memory
 * or driver touches another's.
 */
export class LibraryProcess {
  #child;
  #lines;

  constructor(name, command, args) {
    this.name = name;
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Its answer: `{ milliseconds, … }`, or `{ error }`. */
  async ask(task) {
    this.#child.stdin.write(`${JSON.stringify(task)}\n`);
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) return { error: 'the program ended' };
      // Other output of a library on stdout is not an answer.
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  end() {
    this.#child.stdin.end();
  }
}
