import { BlockVariables } from './blockVariables.ts';
import { structuredCode } from './controlFlow.ts';
import { foldingOf } from './folding.ts';
import type { Folding } from './folding.ts';
import { functionName, value } from './names.ts';
import { PointerCode } from './pointerCode.ts';
import type { Assign } from './pointerCode.ts';
import type { Instruction, SpirvFunction, SpirvModule } from './spirv.ts';
import type { Site } from './request.ts';
import { partsOfWhole, TypeTable } from './typeTable.ts';
import { sizeOf } from './types.ts';
import type { Type } from './types.ts';
import { nullParts, valueCode } from './valueCode.ts';

/** A variable that is assigned once for as long as its block runs, or a number. */
const isName = (part: string, type: Type) =>
  type.kind === 'pointer'
    ? /^([mot]_?\w+|self\.own|\d+)$/.test(part)
    : /^(v_\w+|t\d+_\d+|[\d.e+()-]+|true|false)$/.test(part);
/** Instructions of a function that is written where it is called, at most. */
const mostInlined = 100;

const waits = /^Op(ControlBarrier|GroupNonUniform\w+|CooperativeMatrix(Load|Store|MulAdd)KHR)$/;
const saysNothing = /^Op(Name|Line|NoLine|SelectionMerge|LoopMerge|Phi)$/;

/** Writes the functions of a module. */
export class FunctionCode {
  readonly types: TypeTable;
  readonly pointers: PointerCode;
  /** Places where functions wait, in the order in which they name them. */
  readonly sites: Site[] = [];
  readonly #module: SpirvModule;
  /** Functions that wait, themselves or in what they call. */
  readonly #waiting = new Set<string>();
  readonly #folding: Folding;
  /** The variables of the block that is written. */
  #variables: BlockVariables | null = null;
  /** The function that is written within another one: the end of it, and what it returns. */
  #within: { readonly label: string; readonly result: string } | null = null;

  constructor(module: SpirvModule) {
    this.#module = module;
    this.types = new TypeTable(module);
    this.pointers = new PointerCode(module, this.types, this.#assign);
    this.#folding = foldingOf(module, this.types, (variable) => this.pointers.isPlain(variable));
    this.#findWaiting();
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

  /** Assigns to the variables of a value, and declares them if no other block knows them. */
  readonly #assign: Assign = (id, parts) => {
    const { local, folded } = this.#folding;
    const [names, type] = [this.types.variables(id), this.types.of(id)];
    if (!local.has(id)) return names.map((name, index) => `${name} = ${parts[index]};`).join(' ');
    const assignments: string[] = [];
    const kept = parts.map((part) => {
      if (folded.has(id)) return part;
      if (isName(part, type)) {
        this.#variables?.keep(part, id);
        return part;
      }
      const name = this.#variables?.take(id) ?? '';
      assignments.push(`${name} = ${part};`);
      return name;
    });
    this.types.setParts(id, kept);
    return assignments.join(' ');
  };

  /** The same, from one expression that must run once. */
  #assignWhole(id: string, whole: string): string {
    const names = this.types.parts(id);
    if (names.length === 0) return `${whole};`;
    if (names.length === 1) return this.#assign(id, [whole]);
    const name = `whole_${value(id)}`;
    return `const ${name} = ${whole}; ${this.#assign(id, partsOfWhole(this.types.of(id), name))}`;
  }

  /** Whether a function is written where it is called, since generators are slow to call others. */
  isInlined({ id, blocks }: SpirvFunction): boolean {
    const length = [...blocks.values()].reduce((sum, block) => sum + block.length, 0);
    return this.#waiting.has(id) && length <= mostInlined;
  }

  functionOf(id: string): SpirvFunction {
    const found = this.#module.functions.get(id);
    if (!found) throw new Error(`%${id} is not a function`);
    return found;
  }

  function(of: SpirvFunction): string {
    const parameters = of.parameters.flatMap(({ id }) => this.types.parts(id));
    return `function${this.#waiting.has(of.id) ? '*' : ''} ${functionName(of.id)}(${['self', ...parameters].join(', ')}) {\n${this.body(of)}\n}`;
  }

  body({ blocks }: SpirvFunction): string {
    const instructions = [...blocks.values()].flat();
    const declared = instructions.flatMap(({ op, result }) => {
      if (op === 'OpVariable') return this.pointers.variablesOf(result);
      return result && !this.#folding.local.has(result) ? this.types.parts(result) : [];
    });
    return [
      declared.length > 0 ? `let ${declared.join(', ')};` : '',
      structuredCode({
        blocks,
        variablesOf: (label) => new BlockVariables(label, this.#folding.lastUses),
        instruction: (each, variables, index) => {
          this.#variables = variables;
          variables.moveTo(index);
          return this.#instruction(each);
        },
        moves: (from, to) => this.#moves(from, blocks.get(to) ?? []),
        value: (condition) => this.types.whole(condition),
      }),
    ].join('\n');
  }

  #instruction(instruction: Instruction): string {
    const { op, result, operands } = instruction;
    if (saysNothing.test(op)) return '';
    if (waits.test(op)) return this.#wait(instruction);
    const written = this.#call(instruction) ?? this.pointers.write(instruction);
    if (written !== null) return written;
    const type = this.types.of(result);
    if (op === 'OpUndef') return this.#assign(result, nullParts(type));
    return this.#assign(result, valueCode(this.types, op, operands, type));
  }

  /** What calls a function, or ends one. */
  #call({ op, result, operands }: Instruction): string | null {
    const [first = ''] = operands;
    switch (op) {
      case 'OpReturn':
        return this.#within ? `break ${this.#within.label};` : 'return;';
      case 'OpReturnValue':
        if (!this.#within) return `return ${this.types.whole(first)};`;
        return `${this.#within.result} = ${this.types.whole(first)}; break ${this.#within.label};`;
      case 'OpUnreachable':
        return "throw new Error('what cannot be reached was');";
      case 'OpFunctionCall': {
        const given = operands.slice(1).flatMap((id) => this.types.parts(id));
        const called = this.functionOf(first);
        if (this.isInlined(called)) return this.#inlined(result, called, given);
        const call = `${functionName(first)}(${['self', ...given].join(', ')})`;
        return this.#assignWhole(result, this.#waiting.has(first) ? `yield* ${call}` : call);
      }
      default:
        return null;
    }
  }

  /**
   * What a function does that waits, in place of a call of it: to stop in generators that call each
   * other takes longer than all between.
   */
  #inlined(result: string, of: SpirvFunction, given: readonly string[]): string {
    const before = { within: this.#within, variables: this.#variables };
    this.#within = { label: `end_${functionName(of.id)}`, result: `returned_${value(result)}` };
    const parameters = of.parameters.flatMap(({ id }) => this.types.parts(id));
    const named = parameters.map((name, index) => `${name} = ${given[index]}`).join(', ');
    const { label, result: returned } = this.#within;
    const call = `${label}: {\n${named ? `const ${named};\n` : ''}${this.body(of)}\n}`;
    this.#within = before.within;
    this.#variables = before.variables;
    return `let ${returned};\n${call}\n${this.types.of(result).kind === 'void' ? '' : this.#assignWhole(result, returned)}`;
  }

  #wait({ op, result, type, operands }: Instruction): string {
    const mode = operands.find((word) => /^(Reduce|InclusiveScan|ExclusiveScan)$/.test(word)) ?? '';
    const values = operands.filter((id) => this.types.find(id));
    const given = values.flatMap((id) =>
      this.types.isPointer(id) ? [...this.types.parts(id), sizeOf(this.types.pointer(id).of)] : [this.types.whole(id)],
    );
    const isStore = op === 'OpCooperativeMatrixStoreKHR';
    const ofType = isStore ? this.types.find(operands[1] ?? '') : this.types.named(type);
    const number = this.sites.push({ op, mode, type: ofType ?? { kind: 'void' } }) - 1;
    const request = `yield { site: sites[${number}], operands: [${given.join(', ')}] }`;
    return result ? this.#assignWhole(result, request) : `${request};`;
  }

  /** Gives a block the values that it takes from the one before it, all at once. */
  #moves(from: string, target: readonly Instruction[]): string {
    const phis = target.filter(({ op }) => op === 'OpPhi');
    const names = phis.flatMap(({ result }) => this.types.parts(result));
    const sources = phis.flatMap(({ operands }) => this.types.parts(operands[operands.indexOf(from, 1) - 1] ?? ''));
    if (names.length < 2) return names.map((name) => `${name} = ${sources[0]}; `).join('');
    const taken = sources.map((source, index) => `next_${index} = ${source}`).join(', ');
    return `{ const ${taken}; ${names.map((name, index) => `${name} = next_${index};`).join(' ')} } `;
  }
}
