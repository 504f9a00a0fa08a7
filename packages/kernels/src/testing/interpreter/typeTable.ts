import { memory, offset, value } from './names.ts';
import { parseNumber } from './spirv.ts';
import type { SpirvModule } from './spirv.ts';
import { readTypes } from './types.ts';
import type { Type } from './types.ts';

/** Names of variables for each component of a vector. */
export const componentsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}_${index}`);

/** The parts of a value that an expression names as one. */
export const partsOfWhole = (type: Type, whole: string): string[] =>
  type.kind === 'vector' ? Array.from({ length: type.count }, (_, index) => `${whole}[${index}]`) : [whole];

type Pointer = Extract<Type, { kind: 'pointer' }>;

/** The types of a module and of its values, and its constants. */
export class TypeTable {
  readonly #types: Map<string, Type>;
  readonly #typeOf = new Map<string, Type>();
  readonly #numbers = new Map<string, number>();
  /** Constants that are zero in all their bytes. */
  readonly #nulls: ReadonlySet<string>;
  readonly #parts = new Map<string, readonly string[]>();

  constructor(module: SpirvModule) {
    for (const { op, result, operands } of module.globals)
      if (op === 'OpConstant') this.#numbers.set(result, parseNumber(operands[0] ?? ''));
    this.#nulls = new Set(module.globals.flatMap(({ op, result }) => (op === 'OpConstantNull' ? [result] : [])));
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

  /** Expressions that hold a value, mostly variables: one for each component of a vector. */
  parts(id: string): readonly string[] {
    return this.#parts.get(id) ?? this.variables(id);
  }

  /** The variables of JavaScript that hold a value, unless expressions stand for it. */
  variables(id: string): string[] {
    const type = this.of(id);
    if (type.kind === 'void') return [];
    if (type.kind === 'pointer') return [memory(id), offset(id)];
    return type.kind === 'vector' ? componentsOf(value(id), type.count) : [value(id)];
  }

  /** Makes expressions what stands for a value everywhere. */
  setParts(id: string, parts: readonly string[]): void {
    this.#parts.set(id, parts);
  }

  /** A value in one expression, as other values contain it: a vector is an array. */
  whole(id: string): string {
    return this.of(id).kind === 'vector' ? `[${this.parts(id).join(', ')}]` : (this.parts(id)[0] ?? '');
  }

  isNull(id: string): boolean {
    return this.#nulls.has(id);
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
