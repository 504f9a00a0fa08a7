import type { BlockVariables } from './blockVariables.ts';
import type { Instruction } from './spirv.ts';

/** How the instructions of a function become JavaScript. */
export interface BlockWriter {
  readonly blocks: ReadonlyMap<string, readonly Instruction[]>;
  variablesOf(label: string): BlockVariables;
  /** What a block does before it goes on to another. */
  instruction(instruction: Instruction, variables: BlockVariables, index: number): string;
  /** Gives what the block `to` takes from the one before it. */
  moves(from: string, to: string): string;
  /** The value of a condition, or of what a switch looks at. */
  value(id: string): string;
}

/**
 * JavaScript with the ifs, switches and loops that the blocks of a function come from: SPIR-V says
 * of each where its branches meet again. A compiler makes far better code of it than of jumps.
 */
export function structuredCode(writer: BlockWriter): string {
  const [first = ''] = writer.blocks.keys();
  return new Structure(writer).from(first);
}

class Structure {
  readonly #writer: BlockWriter;
  /** Statements that lead to blocks which are written further out, by label. */
  readonly #jumps = new Map<string, string>();

  constructor(writer: BlockWriter) {
    this.#writer = writer;
  }

  /** A block and what follows it, up to jumps. */
  from(first: string): string {
    const pieces: string[] = [];
    for (let label: string | null = first; label !== null;) {
      const block = this.#block(label);
      const loop = block.find(({ op }) => op === 'OpLoopMerge');
      const [merge = '', next = ''] = loop?.operands ?? [];
      if (loop) {
        pieces.push(this.#loop(label, merge, next));
        label = merge;
      } else label = this.#writeBlock(label, pieces);
    }
    return pieces.join('\n');
  }

  #block(label: string): readonly Instruction[] {
    const block = this.#writer.blocks.get(label);
    if (!block) throw new Error(`%${label} is not a block`);
    return block;
  }

  #loop(header: string, merge: string, next: string): string {
    const body: string[] = [];
    this.#jumps.set(header, `continue loop_${header};`);
    this.#jumps.set(merge, `break loop_${header};`);
    if (next !== header) this.#jumps.set(next, `break before_${next};`);
    const after = this.#writeBlock(header, body);
    if (after !== null) body.push(this.from(after));
    let code = body.join('\n');
    if (next !== header) {
      this.#jumps.delete(next);
      code = `before_${next}: {\n${code}\n}\n${this.from(next)}`;
    }
    this.#jumps.delete(header);
    this.#jumps.delete(merge);
    return `loop_${header}: for (;;) {\n${code}\n}`;
  }

  /** Writes a block with what branches from it. @returns the label of what follows, if any */
  #writeBlock(label: string, pieces: string[]): string | null {
    const block = this.#block(label);
    const end = block.at(-1) as Instruction;
    const meets = block.find(({ op }) => op === 'OpSelectionMerge')?.operands[0];
    const variables = this.#writer.variablesOf(label);
    const lines = block.map((each, index) => (isBranch(each) ? '' : this.#writer.instruction(each, variables, index)));
    const follows = end.op === 'OpBranch' && !this.#jumps.has(end.operands[0] ?? '') ? end.operands[0] : undefined;
    if (follows !== undefined) lines.push(this.#writer.moves(label, follows));
    else if (meets !== undefined) lines.push(this.#meeting(label, meets, end));
    else if (isBranch(end)) lines.push(this.#branches(label, end));
    pieces.push(`{\n${[variables.declaration(), ...lines].filter(Boolean).join('\n')}\n}`);
    return follows ?? meets ?? null;
  }

  #meeting(label: string, meets: string, end: Instruction): string {
    this.#jumps.set(meets, `break to_${meets};`);
    const code = this.#branches(label, end);
    this.#jumps.delete(meets);
    return `to_${meets}: {\n${code}\n}`;
  }

  #branches(label: string, end: Instruction): string {
    const [first = '', second = '', third = ''] = end.operands;
    const go = (to: string) => `{ ${this.#writer.moves(label, to)}${this.#jumps.get(to) ?? this.from(to)} }`;
    switch (end.op) {
      case 'OpBranchConditional':
        return `if (${this.#writer.value(first)}) ${go(second)} else ${go(third)}`;
      case 'OpSwitch':
        return `switch (${this.#writer.value(first)} | 0) {\n${[...casesOf(end.operands)]
          .map(([to, labels]) => `${labels.join(' ')} ${go(to)}`)
          .join('\n')}\n}`;
      default:
        return go(first);
    }
  }
}

const isBranch = ({ op }: Instruction) => /^Op(Branch|BranchConditional|Switch)$/.test(op);

/** Blocks that a switch leads to, and for which numbers. */
function casesOf([, otherwise = '', ...pairs]: readonly string[]): Map<string, string[]> {
  const cases = new Map([[otherwise, ['default:']]]);
  for (let index = 0; index < pairs.length; index += 2) {
    const [number = '', to = ''] = pairs.slice(index, index + 2);
    const label = `case ${Number(number) | 0}:`;
    cases.set(to, [...(cases.get(to) ?? []), label]);
  }
  return cases;
}
