/** A terminal that knows newlines, carriage returns and "erase the rest of the line". */
export class FakeTerminal {
  readonly isTTY = true;
  columns: number;
  /** What a person sees, scrolled away or not. */
  readonly rows = [''];
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  write = (chunk: string | Uint8Array): boolean => {
    const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
    for (const [piece = ''] of text.matchAll(/\p{Cc}\[[\d;?]*[A-Za-z]|[^]/gu)) this.#put(piece);
    return true;
  };

  #put(piece: string): void {
    const row = this.rows.length - 1;
    const line = this.rows[row] ?? '';
    if (piece === '\x1b[K') this.rows[row] = line.slice(0, this.#column);
    else if (piece.startsWith('\x1b')) throw new Error(`the escape ${JSON.stringify(piece)} must be undone at the end`);
    else if (piece === '\r') this.#column = 0;
    else if (piece === '\n' || this.#column === this.columns) {
      this.rows.push('');
      this.#column = 0;
      if (piece !== '\n') this.#put(piece);
    } else {
      this.rows[row] = line.slice(0, this.#column) + piece + line.slice(this.#column + 1);
      this.#column++;
    }
  }
}
