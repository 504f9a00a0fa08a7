/**
 * The variables of JavaScript for values that one block computes and uses: each takes that of one
 * which is no longer needed. A generator keeps all that it has when it stops.
 */
export class BlockVariables {
  readonly #prefix: string;
  readonly #lastUses: ReadonlyMap<string, number>;
  /** The instruction that needs a variable last, by name. */
  readonly #needed = new Map<string, number>();
  readonly #free: string[] = [];
  #count = 0;
  /** Which instruction of the block is written. */
  #index = 0;

  /** @param lastUses the last instruction of the block that uses each value */
  constructor(label: string, lastUses: ReadonlyMap<string, number>) {
    this.#prefix = `t${label.replaceAll(/\W/g, '_')}_`;
    this.#lastUses = lastUses;
  }

  /** Goes on to another instruction, whose result may not take the variables that it uses. */
  moveTo(index: number): void {
    this.#index = index;
    for (const [name, last] of this.#needed)
      if (last < index) {
        this.#needed.delete(name);
        this.#free.push(name);
      }
  }

  /** A variable for a value, or for a component of it. */
  take(id: string): string {
    const name = this.#free.pop() ?? `${this.#prefix}${this.#count++}`;
    this.#needed.set(name, this.#lastUses.get(id) ?? this.#index);
    return name;
  }

  /** Keeps a variable for as long as another value needs it, too. */
  keep(name: string, id: string): void {
    const last = this.#needed.get(name);
    if (last !== undefined) this.#needed.set(name, Math.max(last, this.#lastUses.get(id) ?? this.#index));
  }

  declaration(): string {
    const names = Array.from({ length: this.#count }, (_, index) => `${this.#prefix}${index}`);
    return names.length > 0 ? `let ${names.join(', ')};` : '';
  }
}
