import { FunctionCode } from './functionCode.ts';
import type { Memory } from './memory.ts';
import { memory, value } from './names.ts';
import type { Request } from './request.ts';
import { runtime } from './runtime.ts';
import { parseSpirv } from './spirv.ts';
import type { Instruction, SpirvModule } from './spirv.ts';
import { sizeOf } from './types.ts';
import { nullParts, numberCode, valueCode } from './valueCode.ts';

/** Told of every access to memory that invocations share. */
export interface Watch {
  read(memory: Memory, offset: number, bytes: number): void;
  write(memory: Memory, offset: number, bytes: number, isAtomic?: boolean): void;
}

/** What an invocation knows of itself: its built-in values, and the memory of its own variables. */
export interface Self extends Readonly<Record<string, number | readonly number[] | Memory>> {
  readonly own: Memory;
}

/** A program that can be run. */
export interface Translated {
  /** Gives invocations that are created from now on the memories that they share. */
  readonly bind: (memories: ReadonlyMap<string, Memory>, watch: Watch) => void;
  readonly invocation: (self: Self) => Generator<Request, void>;
  /** Bytes of an invocation's own memory. */
  readonly ownBytes: number;
  readonly workgroupSize: readonly [number, number, number];
  /** Variables in workgroup memory. */
  readonly shared: readonly { readonly id: string; readonly size: number }[];
  /** Identifiers of bound variables by their binding. */
  readonly bindings: ReadonlyMap<number, string>;
}

/**
 * Makes JavaScript of a module as Dawn prints it: a generator for each invocation, which stops
 * where it has to wait for others.
 */
export function translate(text: string): Translated {
  return new Translator(parseSpirv(text)).translate();
}

class Translator {
  readonly #module: SpirvModule;
  readonly #code: FunctionCode;
  readonly #shared: { id: string; size: number }[] = [];
  readonly #bindings = new Map<number, string>();
  /** Variables that invocations share. */
  readonly #bound: string[] = [];
  /** What an invocation does before all else. */
  readonly #initializations: string[] = [];

  constructor(module: SpirvModule) {
    this.#module = module;
    this.#code = new FunctionCode(module);
  }

  translate(): Translated {
    const { globals, functions, entryPoint, workgroupSize } = this.#module;
    const constants = globals.filter(({ op, type }) => type && op !== 'OpVariable');
    const constantCode = constants.map((each) => this.#constant(each));
    for (const each of globals) if (each.op === 'OpVariable') this.#globalVariable(each);
    const names = this.#bound.map((id) => memory(id));
    // One copy of each function for all invocations, so that the compiler knows what they use.
    const code = [
      `const { ${Object.keys(runtime).join(', ')} } = runtime;`,
      ...constantCode,
      `let ${['watch', ...names].join(', ')};`,
      ...[...functions.values()]
        .filter((each) => each.id !== entryPoint && !this.#code.isInlined(each))
        .map((each) => this.#code.function(each)),
      'return {',
      'bind(memories, next) {',
      'watch = next;',
      ...this.#bound.map((id) => `${memory(id)} = memories.get('${id}');`),
      '},',
      `*invocation(self) {\n${this.#initializations.join('\n')}\n${this.#code.body(this.#code.functionOf(entryPoint))}\n},`,
      '};',
    ].join('\n');
    // A compiler: what it runs is its own text.
    const make = new Function('runtime', 'sites', code) as (
      ...of: unknown[]
    ) => Pick<Translated, 'bind' | 'invocation'>;
    const { bind, invocation } = make(runtime, this.#code.sites);
    const { ownBytes } = this.#code.pointers;
    return { bind, invocation, ownBytes, workgroupSize, shared: this.#shared, bindings: this.#bindings };
  }

  #globalVariable({ result: id, operands: [, initial = ''] }: Instruction): void {
    const { storage, of } = this.#code.types.pointer(id);
    if (storage === 'Input') return;
    if (storage === 'Private') {
      this.#code.pointers.place(id);
      this.#initializations.push(this.#code.pointers.initialize(id, initial));
      return;
    }
    this.#code.types.setParts(id, [memory(id), '0']);
    this.#bound.push(id);
    if (storage === 'Workgroup') this.#shared.push({ id, size: sizeOf(of) });
    const binding = this.#module.decorations.get(id)?.find(([name]) => name === 'Binding');
    if (binding) this.#bindings.set(Number(binding[1]), id);
  }

  /** Numbers are written where they are used; what is made of them, once. */
  #constant({ op, result, operands }: Instruction): string {
    const type = this.#code.types.of(result);
    const parts = (): readonly string[] => {
      if (op === 'OpConstantTrue' || op === 'OpConstantFalse') return [String(op === 'OpConstantTrue')];
      if (op === 'OpConstant') return [numberCode(type, this.#code.types.number(result))];
      if (op === 'OpConstantComposite') return valueCode(this.#code.types, 'OpCompositeConstruct', operands, type);
      return nullParts(type);
    };
    const isNumbers = ['bool', 'int', 'float', 'vector'].includes(type.kind);
    if (!isNumbers) return `const ${value(result)} = ${parts()[0]};`;
    this.#code.types.setParts(result, parts());
    return '';
  }
}
