import { Memory } from './memory.ts';
import { functionName, memory, offset, value } from './names.ts';
import { PointerCode } from './pointerCode.ts';
import { runtime } from './runtime.ts';
import { parseSpirv } from './spirv.ts';
import type { Instruction, SpirvFunction, SpirvModule } from './spirv.ts';
import { TypeTable } from './typeTable.ts';
import { sizeOf } from './types.ts';
import type { Type } from './types.ts';
import { nullOf, numberCode, valueCode } from './valueCode.ts';

/** What an invocation waits for: a barrier, or what its subgroup does together. */
export interface Request {
  /** Which place of the program it is. */
  readonly site: number;
  readonly op: string;
  /** How a sum or the like goes: `Reduce`, `InclusiveScan`, `ExclusiveScan`. */
  readonly mode: string;
  readonly operands: readonly unknown[];
  /** Of the result, or of what is stored. */
  readonly type: Type;
}

/** Told of every access to memory that invocations share. */
export interface Watch {
  read(memory: Memory, offset: number, bytes: number): void;
  write(memory: Memory, offset: number, bytes: number, isAtomic: boolean): void;
}

export type Inputs = Readonly<Record<string, number | readonly number[]>>;
type Invocation = (inputs: Inputs, memories: ReadonlyMap<string, Memory>, watch: Watch) => Generator<Request, void>;

/** A program that can be run. */
export interface Translated {
  readonly invocation: Invocation;
  readonly workgroupSize: readonly [number, number, number];
  /** Variables in workgroup memory. */
  readonly shared: readonly { readonly id: string; readonly size: number }[];
  /** Identifiers of bound variables by their binding. */
  readonly bindings: ReadonlyMap<number, string>;
}

const waits = /^Op(ControlBarrier|GroupNonUniform\w+|CooperativeMatrix(Load|Store|MulAdd)KHR)$/;
const saysNothing = /^Op(Name|Line|NoLine|SelectionMerge|LoopMerge|Phi)$/;

/**
 * Makes JavaScript of a module as Dawn prints it: a generator for each invocation, which stops
 * where it has to wait for others.
 */
export function translate(text: string): Translated {
  return new Translator(parseSpirv(text)).translate();
}

interface FunctionCode {
  readonly blocks: SpirvFunction['blocks'];
  /** Numbers of blocks by label. */
  readonly labels: ReadonlyMap<string, number>;
}

class Translator {
  readonly #module: SpirvModule;
  readonly #types: TypeTable;
  readonly #pointers: PointerCode;
  /** Functions that wait, themselves or in what they call. */
  readonly #waiting = new Set<string>();
  readonly #shared: { id: string; size: number }[] = [];
  readonly #bindings = new Map<number, string>();
  #sites = 0;

  constructor(module: SpirvModule) {
    this.#module = module;
    this.#types = new TypeTable(module);
    this.#pointers = new PointerCode(module, this.#types);
    this.#findWaiting();
  }

  translate(): Translated {
    const { globals, functions, entryPoint, workgroupSize } = this.#module;
    const values = globals.filter(({ op, type }) => type && op !== 'OpVariable');
    const code = [
      `const { ${Object.keys(runtime).join(', ')} } = runtime;`,
      ...values.map((each) => `const ${value(each.result)} = ${this.#constant(each)};`),
      'return (inputs, memories, watch) => {',
      ...globals.filter(({ op }) => op === 'OpVariable').map(({ result }) => this.#globalVariable(result)),
      ...[...functions.values()].map((each) => this.#function(each)),
      `return ${functionName(entryPoint)}();`,
      '};',
    ].join('\n');
    // A compiler: what it runs is its own text.
    const make = new Function('runtime', 'Memory', 'types', code) as (...of: unknown[]) => Invocation;
    const invocation = make(runtime, Memory, this.#types);
    return { invocation, workgroupSize, shared: this.#shared, bindings: this.#bindings };
  }

  #findWaiting(): void {
    const { functions, entryPoint } = this.#module;
    this.#waiting.add(entryPoint);
    const isWaiting = ({ op, operands }: Instruction) =>
      waits.test(op) || (op === 'OpFunctionCall' && this.#waiting.has(operands[0] ?? ''));
    for (let before = -1; before !== this.#waiting.size;) {
      before = this.#waiting.size;
      for (const { id, blocks } of functions.values())
        if ([...blocks.values()].some((block) => block.some(isWaiting))) this.#waiting.add(id);
    }
  }

  #globalVariable(id: string): string {
    const { storage, of } = this.#types.pointer(id);
    const zero = `const ${offset(id)} = 0;`;
    if (storage === 'Input') return '';
    if (storage === 'Private') return `const ${memory(id)} = Memory.ofSize('private', ${sizeOf(of)}); ${zero}`;
    if (storage === 'Workgroup') this.#shared.push({ id, size: sizeOf(of) });
    const binding = this.#module.decorations.get(id)?.find(([name]) => name === 'Binding');
    if (binding) this.#bindings.set(Number(binding[1]), id);
    return `const ${memory(id)} = memories.get('${id}'); ${zero}`;
  }

  #constant({ op, result, operands }: Instruction): string {
    const type = this.#types.of(result);
    if (op === 'OpConstantTrue' || op === 'OpConstantFalse') return String(op === 'OpConstantTrue');
    if (op === 'OpConstant') return numberCode(type, this.#types.number(result));
    if (op === 'OpConstantComposite') return valueCode(this.#types, 'OpCompositeConstruct', operands, type);
    return nullOf(type);
  }

  #function({ id, parameters, blocks }: SpirvFunction): string {
    const labels = new Map([...blocks.keys()].map((label, index) => [label, index]));
    const declared = [...blocks.values()].flat().flatMap(({ result }) => (result ? this.#namesOf(result) : []));
    const cases = [...blocks].map(([label, block]) => {
      const lines = block.map((each) => this.#instruction(each, label, { blocks, labels }));
      return `case ${labels.get(label)}: {\n${lines.filter(Boolean).join('\n')}\n}`;
    });
    return [
      `function${this.#waiting.has(id) ? '*' : ''} ${functionName(id)}(${parameters.flatMap((each) => this.#namesOf(each.id)).join(', ')}) {`,
      declared.length > 0 ? `let ${declared.join(', ')};` : '',
      'let block = 0;',
      `for (;;) switch (block) {\n${cases.join('\n')}\n}`,
      '}',
    ].join('\n');
  }

  /** The variables of JavaScript that hold a value. */
  #namesOf(id: string): string[] {
    const type = this.#types.of(id);
    if (type.kind === 'void') return [];
    return type.kind === 'pointer' ? [memory(id), offset(id)] : [value(id)];
  }

  #instruction(instruction: Instruction, label: string, within: FunctionCode): string {
    const { op, result, operands } = instruction;
    if (saysNothing.test(op)) return '';
    if (waits.test(op)) return this.#wait(instruction);
    const written = this.#control(instruction, label, within) ?? this.#pointers.write(instruction);
    if (written !== null) return written;
    const type = this.#types.of(result);
    return `${value(result)} = ${op === 'OpUndef' ? nullOf(type) : valueCode(this.#types, op, operands, type)};`;
  }

  #control({ op, result, operands }: Instruction, label: string, within: FunctionCode): string | null {
    const [first = '', second = '', third = ''] = operands;
    const jump = (target: string) =>
      `{ ${moves(label, within.blocks.get(target) ?? [])}block = ${within.labels.get(target)}; continue; }`;
    switch (op) {
      case 'OpBranch':
        return jump(first);
      case 'OpBranchConditional':
        return `if (${value(first)}) ${jump(second)} else ${jump(third)}`;
      case 'OpSwitch': {
        const cases = operands.slice(2);
        const tests = cases.flatMap((text, index) =>
          index % 2 === 0 ? [`if ((${value(first)} | 0) === (${text} | 0)) ${jump(cases[index + 1] ?? '')}`] : [],
        );
        return [...tests, jump(second)].join(' else ');
      }
      case 'OpReturn':
        return 'return;';
      case 'OpReturnValue':
        return `return ${value(first)};`;
      case 'OpUnreachable':
        return "throw new Error('what cannot be reached was');";
      case 'OpFunctionCall': {
        const given = operands.slice(1).flatMap((id) => this.#namesOf(id));
        const call = `${this.#waiting.has(first) ? 'yield* ' : ''}${functionName(first)}(${given.join(', ')})`;
        return this.#types.of(result).kind === 'void' ? `${call};` : `${value(result)} = ${call};`;
      }
      default:
        return null;
    }
  }

  #wait({ op, result, type, operands }: Instruction): string {
    const mode = operands.find((word) => /^(Reduce|InclusiveScan|ExclusiveScan)$/.test(word)) ?? '';
    const values = operands.filter((id) => this.#types.find(id));
    const given = values.flatMap((id) =>
      this.#types.isPointer(id) ? [...this.#namesOf(id), sizeOf(this.#types.pointer(id).of)] : [value(id)],
    );
    const isStore = op === 'OpCooperativeMatrixStoreKHR';
    const ofType = isStore ? `types.of('${operands[1]}')` : `types.named('${type}')`;
    const words = [`site: ${this.#sites++}`, `op: '${op}'`, `mode: '${mode}'`, `operands: [${given.join(', ')}]`];
    const request = `yield { ${words.join(', ')}, type: ${ofType} };`;
    return result ? `${value(result)} = ${request}` : request;
  }
}

/** Values that a block takes from the one before it. */
function moves(from: string, target: readonly Instruction[]): string {
  const phis = target.filter(({ op }) => op === 'OpPhi');
  if (phis.length === 0) return '';
  const sources = phis.map(({ operands }) => value(operands[operands.indexOf(from, 1) - 1] ?? ''));
  return `[${phis.map(({ result }) => value(result)).join(', ')}] = [${sources.join(', ')}]; `;
}
