import { atomicChanges } from './expressions.ts';
import { loadParts, storeCode, storeParts } from './memoryCode.ts';
import { memory as memoryName } from './names.ts';
import type { Instruction, SpirvModule } from './spirv.ts';
import { componentsOf, partsOfWhole } from './typeTable.ts';
import type { TypeTable } from './typeTable.ts';
import { hasBytes, sizeOf } from './types.ts';
import type { Type } from './types.ts';
import { nullOf, nullParts } from './valueCode.ts';

/** Kinds of memory that several invocations see. */
const shared = new Set(['StorageBuffer', 'Workgroup']);

/** JavaScript that gives a value the parts that these expressions are. */
export type Assign = (id: string, parts: readonly string[]) => string;

/** The memory of an invocation's own variables. */
const own = 'self.own';

/** Writes what reads, writes and names memory. */
export class PointerCode {
  readonly #module: SpirvModule;
  readonly #types: TypeTable;
  /** Variables that are only read and written whole: they are variables of JavaScript, too. */
  readonly #plain = new Set<string>();
  readonly #assign: Assign;
  #ownBytes = 0;

  /** @param assign writes the assignment of a value to its variables */
  constructor(module: SpirvModule, types: TypeTable, assign: Assign) {
    this.#module = module;
    this.#types = types;
    this.#assign = assign;
    for (const { blocks } of module.functions.values()) {
      const instructions = [...blocks.values()].flat();
      this.#findPlain(instructions);
      for (const { op, result } of instructions)
        if (op === 'OpVariable' && !this.#plain.has(result)) this.place(result);
    }
  }

  isPlain(variable: string): boolean {
    return this.#plain.has(variable);
  }

  /** Null for what is none of these. */
  write(instruction: Instruction): string | null {
    const { op, result, operands } = instruction;
    const [first = '', second = ''] = operands;
    switch (op) {
      case 'OpVariable':
        return this.initialize(result, second);
      case 'OpAccessChain':
      case 'OpInBoundsAccessChain':
        return this.#accessChain(result, operands);
      case 'OpLoad':
        return this.#watched(first, 'read') + this.#assign(result, this.#loaded(first));
      case 'OpStore':
        return this.#watched(first, 'write') + this.#stored(first, this.#types.parts(second));
      case 'OpArrayLength':
        return this.#assign(result, [this.#arrayLength(first, Number(second))]);
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

  /** Gives a variable of one invocation a place in its own memory. */
  place(id: string): void {
    this.#types.setParts(id, [own, String(this.#ownBytes)]);
    this.#ownBytes += Math.ceil(sizeOf(this.#types.pointer(id).of) / 4) * 4;
  }

  /** Bytes of an invocation's own memory. */
  get ownBytes(): number {
    return this.#ownBytes;
  }

  /** Gives a variable the value that it begins with. */
  initialize(id: string, initial: string): string {
    const { of } = this.#types.pointer(id);
    const given = this.#types.find(initial) ? initial : null;
    if (this.#plain.has(id)) return this.#stored(id, given ? this.#types.parts(given) : nullParts(of));
    const [, offset = ''] = this.#types.parts(id);
    if (hasBytes(of) && (!given || this.#types.isNull(given))) {
      const first = Number(offset) / 4;
      return `${own}.u32.fill(0, ${first}, ${first + Math.ceil(sizeOf(of) / 4)});`;
    }
    return storeCode(of, own, offset, given ? this.#types.whole(given) : nullOf(of));
  }

  #accessChain(result: string, [base = '', ...indices]: readonly string[]): string {
    let { of } = this.#types.pointer(base);
    const [memory = '', begin = ''] = this.#types.parts(base);
    const terms: string[] = [];
    let known = 0;
    const add = (term: string, stride: number) => {
      if (/^\d+$/.test(term)) known += Number(term) * stride;
      else terms.push(stride === 1 ? term : `${term} * ${stride}`);
    };
    add(begin, 1);
    for (const index of indices) {
      if (of.kind === 'struct') {
        const member = this.#types.number(index);
        known += of.offsets[member] ?? 0;
        of = of.members[member] as Type;
      } else if (of.kind === 'array' || of.kind === 'vector' || of.kind === 'matrix') {
        add(this.#types.whole(index), of.kind === 'array' ? of.stride : sizeOf(of.of));
        of = of.of;
      }
    }
    if (known > 0 || terms.length === 0) terms.push(String(known));
    return this.#assign(result, [memory, terms.join(' + ')]);
  }

  /** The variables of JavaScript that a variable which is always read and written whole is. */
  #plainParts(id: string): string[] {
    const { of } = this.#types.pointer(id);
    return of.kind === 'vector' ? componentsOf(memoryName(id), of.count) : [memoryName(id)];
  }

  /** The variables of JavaScript that a variable of the function is. */
  variablesOf(id: string): string[] {
    return this.#plain.has(id) ? this.#plainParts(id) : [];
  }

  #loaded(pointer: string): string[] {
    const { storage, of } = this.#types.pointer(pointer);
    if (this.#plain.has(pointer)) return this.#plainParts(pointer);
    if (storage === 'Input') return partsOfWhole(of, `self.${this.#builtin(pointer)}`);
    const [memory = '', offset = ''] = this.#types.parts(pointer);
    return loadParts(of, memory, offset);
  }

  #stored(pointer: string, parts: readonly string[]): string {
    if (this.#plain.has(pointer)) return storedAtOnce(this.#plainParts(pointer), parts);
    const [memory = '', offset = ''] = this.#types.parts(pointer);
    return storeParts(this.#types.pointer(pointer).of, memory, offset, parts);
  }

  /** Tells of an access where others may have one. */
  #watched(pointer: string, access: 'read' | 'write', isAtomic = false): string {
    const { storage, of } = this.#types.pointer(pointer);
    if (!shared.has(storage)) return '';
    return `watch.${access}(${this.#types.parts(pointer).join(', ')}, ${sizeOf(of)}${isAtomic ? ', true' : ''}); `;
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
    return `Math.floor((${this.#types.parts(pointer)[0]}.byteLength - ${of.offsets[member]}) / ${array.stride})`;
  }

  #atomic({ op, result, operands }: Instruction): string {
    const [pointer = ''] = operands;
    const { of } = this.#types.pointer(pointer);
    const watched = this.#watched(pointer, 'write', true);
    if (op === 'OpAtomicLoad') return watched + this.#assign(result, this.#loaded(pointer));
    if (op === 'OpAtomicStore') return watched + this.#stored(pointer, this.#types.parts(operands[3] ?? ''));
    const change = atomicChanges[op];
    if (!change) throw new Error(`the interpreter knows no ${op}`);
    const compares = op === 'OpAtomicCompareExchange';
    const expected = compares ? `const expected = ${this.#types.whole(operands[5] ?? '')}; ` : '';
    const given = this.#types.whole(operands[compares ? 4 : 3] ?? '');
    const signed = of.kind === 'int' && of.signed;
    const place = this.#types.parts(pointer).join(', ');
    const changed = `(() => { const value = ${given}; ${expected}return atomic(${place}, ${signed}, (old) => ${change}); })()`;
    return watched + this.#assign(result, [changed]);
  }
}

/** Assigns to all variables; what one of them gets may name those before it. */
function storedAtOnce(names: readonly string[], parts: readonly string[]): string {
  const inTurn = parts.every((part, index) => !names.slice(0, index).some((name) => part.includes(name)));
  if (inTurn) return names.map((name, index) => `${name} = ${parts[index]};`).join(' ');
  const next = parts.map((part, index) => `next_${index} = ${part}`).join(', ');
  return `{ const ${next}; ${names.map((name, index) => `${name} = next_${index};`).join(' ')} }`;
}
