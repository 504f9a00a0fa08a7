import { atomicChanges } from './expressions.ts';
import { loadCode, storeCode } from './memoryCode.ts';
import { memory, offset, value } from './names.ts';
import type { Instruction, SpirvModule } from './spirv.ts';
import type { TypeTable } from './typeTable.ts';
import { sizeOf } from './types.ts';
import type { Type } from './types.ts';
import { nullOf } from './valueCode.ts';

/** Kinds of memory that several invocations see. */
const shared = new Set(['StorageBuffer', 'Workgroup']);

/** Writes what reads, writes and names memory. */
export class PointerCode {
  readonly #module: SpirvModule;
  readonly #types: TypeTable;
  /** Variables that are only read and written whole: they are variables of JavaScript, too. */
  readonly #plain = new Set<string>();

  constructor(module: SpirvModule, types: TypeTable) {
    this.#module = module;
    this.#types = types;
    for (const { blocks } of module.functions.values()) this.#findPlain([...blocks.values()].flat());
  }

  /** Null for what is none of these. */
  write(instruction: Instruction): string | null {
    const { op, result, operands } = instruction;
    const [first = '', second = ''] = operands;
    switch (op) {
      case 'OpVariable':
        return this.#variable(result, second);
      case 'OpAccessChain':
      case 'OpInBoundsAccessChain':
        return this.#accessChain(result, operands);
      case 'OpLoad':
        return `${this.#watched(first, 'read')}${value(result)} = ${this.#loaded(first)};`;
      case 'OpStore':
        return this.#watched(first, 'write') + this.#stored(first, second);
      case 'OpArrayLength':
        return `${value(result)} = ${this.#arrayLength(first, Number(second))};`;
      default:
        return op.startsWith('OpAtomic') ? this.#atomic(instruction) : null;
    }
  }

  #findPlain(instructions: readonly Instruction[]): void {
    for (const { op, result } of instructions) if (op === 'OpVariable') this.#plain.add(result);
    for (const { op, operands } of instructions)
      for (const [index, id] of operands.entries())
        if (index > 0 || (op !== 'OpLoad' && op !== 'OpStore')) this.#plain.delete(id);
  }

  #variable(result: string, initial: string): string {
    const { of } = this.#types.pointer(result);
    const given = initial && this.#types.find(initial) ? value(initial) : nullOf(of);
    if (this.#plain.has(result)) return `${memory(result)} = ${given};`;
    const begins = `${memory(result)} = Memory.ofSize('function', ${sizeOf(of)}); ${offset(result)} = 0;`;
    return `${begins} ${storeCode(of, memory(result), '0', given)}`;
  }

  #accessChain(result: string, [base = '', ...indices]: readonly string[]): string {
    let { of } = this.#types.pointer(base);
    const terms = [offset(base)];
    for (const index of indices) {
      if (of.kind === 'struct') {
        const member = this.#types.number(index);
        terms.push(String(of.offsets[member] ?? 0));
        of = of.members[member] as Type;
      } else if (of.kind === 'array' || of.kind === 'vector' || of.kind === 'matrix') {
        terms.push(`${value(index)} * ${of.kind === 'array' ? of.stride : sizeOf(of.of)}`);
        of = of.of;
      }
    }
    return `${memory(result)} = ${memory(base)}; ${offset(result)} = ${terms.join(' + ')};`;
  }

  #loaded(pointer: string): string {
    const { storage, of } = this.#types.pointer(pointer);
    if (this.#plain.has(pointer)) return memory(pointer);
    return storage === 'Input' ? `inputs.${this.#builtin(pointer)}` : loadCode(of, memory(pointer), offset(pointer));
  }

  #stored(pointer: string, id: string): string {
    if (this.#plain.has(pointer)) return `${memory(pointer)} = ${value(id)};`;
    return storeCode(this.#types.pointer(pointer).of, memory(pointer), offset(pointer), value(id));
  }

  /** Tells of an access where others may have one. */
  #watched(pointer: string, access: 'read' | 'write', isAtomic = false): string {
    const { storage, of } = this.#types.pointer(pointer);
    if (!shared.has(storage)) return '';
    return `watch.${access}(${memory(pointer)}, ${offset(pointer)}, ${sizeOf(of)}, ${isAtomic}); `;
  }

  #builtin(id: string): string {
    const builtin = this.#module.decorations.get(id)?.find(([name]) => name === 'BuiltIn');
    if (!builtin?.[1]) throw new Error(`%${id} is not a built-in value`);
    return builtin[1];
  }

  #arrayLength(pointer: string, member: number): string {
    const { of } = this.#types.pointer(pointer);
    const array = of.kind === 'struct' ? of.members[member] : undefined;
    if (of.kind !== 'struct' || array?.kind !== 'array') throw new Error('OpArrayLength of no array');
    return `Math.floor((${memory(pointer)}.byteLength - ${of.offsets[member]}) / ${array.stride})`;
  }

  #atomic({ op, result, operands }: Instruction): string {
    const [pointer = ''] = operands;
    const { of } = this.#types.pointer(pointer);
    const watched = this.#watched(pointer, 'write', true);
    if (op === 'OpAtomicLoad') return `${watched}${value(result)} = ${this.#loaded(pointer)};`;
    if (op === 'OpAtomicStore') return watched + this.#stored(pointer, operands[3] ?? '');
    const change = atomicChanges[op];
    if (!change) throw new Error(`the interpreter knows no ${op}`);
    const compares = op === 'OpAtomicCompareExchange';
    const expected = compares ? `const expected = ${value(operands[5] ?? '')}; ` : '';
    const given = value(operands[compares ? 4 : 3] ?? '');
    const signed = of.kind === 'int' && of.signed;
    const place = `${memory(pointer)}, ${offset(pointer)}`;
    return `{ ${watched}const value = ${given}; ${expected}${value(result)} = atomic(${place}, ${signed}, (old) => ${change}); }`;
  }
}
