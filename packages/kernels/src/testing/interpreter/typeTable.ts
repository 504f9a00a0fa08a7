import { parseNumber } from './spirv.ts';
import type { SpirvModule } from './spirv.ts';
import { readTypes } from './types.ts';
import type { Type } from './types.ts';

type Pointer = Extract<Type, { kind: 'pointer' }>;

/** The types of a module and of its values, and its constants. */
export class TypeTable {
  readonly #types: Map<string, Type>;
  readonly #typeOf = new Map<string, Type>();
  readonly #numbers = new Map<string, number>();

  constructor(module: SpirvModule) {
    for (const { op, result, operands } of module.globals)
      if (op === 'OpConstant') this.#numbers.set(result, parseNumber(operands[0] ?? ''));
    this.#types = readTypes(module, this.#numbers);
    for (const { result, type } of module.globals) this.#note(result, type);
    for (const { parameters, blocks } of module.functions.values()) {
      for (const { id, type } of parameters) this.#note(id, type);
      for (const block of blocks.values()) for (const { result, type } of block) this.#note(result, type);
    }
  }

  /** The type with this identifier. */
  named(id: string): Type | undefined {
    return this.#types.get(id);
  }

  /** The type of a value; undefined of what is none. */
  find(id: string): Type | undefined {
    return this.#typeOf.get(id);
  }

  of(id: string): Type {
    const type = this.#typeOf.get(id);
    if (!type) throw new Error(`the interpreter knows no type of %${id}`);
    return type;
  }

  pointer(id: string): Pointer {
    const type = this.of(id);
    if (type.kind !== 'pointer') throw new Error(`%${id} is not a pointer`);
    return type;
  }

  isPointer(id: string): boolean {
    return this.of(id).kind === 'pointer';
  }

  isVector(id: string): boolean {
    return this.of(id).kind === 'vector';
  }

  /** The number of a constant. */
  number(id: string): number {
    return this.#numbers.get(id) ?? 0;
  }

  #note(id: string, type: string): void {
    const found = this.#types.get(type);
    if (id && found) this.#typeOf.set(id, found);
  }
}
