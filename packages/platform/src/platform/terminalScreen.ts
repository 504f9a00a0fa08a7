import { fitLine } from './fitLine.ts';
import type { ProgressText, Screen } from './platform.ts';

/** The part of process.stderr and process.stdout that is used. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(chunk: string | Uint8Array, ...rest: never[]): boolean;
}

const eraseLine = '\r\x1b[K';

/**
 * The last line of a terminal. It is cut to the terminal's width, so that wrapping need not be
 * disabled and the cursor stays visible: nothing has to be restored, however the process ends.
 * While it is shown, other output goes above it.
 */
export class TerminalScreen implements Screen {
  readonly isTerminal: boolean;
  readonly #stream: TextStream;
  readonly #others: readonly TextStream[];
  #text: ProgressText | null = null;
  /** Whether other output is in the middle of a line, which must not be erased. */
  #midLine = false;
  #release: (() => void) | null = null;
  #write: (text: string) => void;

  constructor(stream: TextStream, other: TextStream) {
    this.isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb';
    this.#stream = stream;
    this.#others = [...new Set([stream, other])].filter(({ isTTY }) => isTTY);
    this.#write = (text) => void stream.write(text);
  }

  show(text: ProgressText | null): void {
    if (text === null && this.#text === null) return;
    if (text === null) this.#erase();
    this.#text = text;
    if (text === null) {
      this.#release?.();
      this.#release = null;
    } else {
      this.#release ??= this.#writeOthersAbove();
      this.#draw();
    }
  }

  writeLine(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  #draw(): void {
    if (this.#text && !this.#midLine)
      this.#write(`${eraseLine}${fitLine(this.#text, (this.#stream.columns || 80) - 1)}`);
  }

  #erase(): void {
    if (this.#text && !this.#midLine) this.#write(eraseLine);
  }

  /** @returns a function that restores the streams */
  #writeOthersAbove(): () => void {
    const ends = this.#others.map((stream) => {
      const original = stream.write;
      if (stream === this.#stream) this.#write = (text) => void original.call(stream, text);
      const above: TextStream['write'] = (chunk, ...rest) => {
        this.#erase();
        const written = original.call(stream, chunk, ...rest);
        if (chunk.length > 0) this.#midLine = chunk.at(-1) !== (typeof chunk === 'string' ? '\n' : 10);
        this.#draw();
        return written;
      };
      stream.write = above;
      return () => {
        if (stream.write === above) stream.write = original;
      };
    });
    // Before Node writes the stack of an uncaught error.
    const atExit = () => this.#erase();
    process.once('exit', atExit);
    return () => {
      process.off('exit', atExit);
      for (const end of ends) end();
      this.#write = (text) => void this.#stream.write(text);
      this.#midLine = false;
    };
  }
}
