import { WgslError } from '../device/given.ts';
import type { WgslFile } from './wgslFile.ts';

/** WGSL that a function writes, such as the access to arrays of any type. */
export interface GeneratedWgsl {
  /** Identifies everything that the text depends on. */
  readonly key: string;
  readonly write: () => string;
  /** Files that the text needs. */
  readonly includes?: readonly WgslFile[] | undefined;
}

/**
 * The defines of a program, by name: a number becomes a `const` of type u32, a boolean decides
 * `#if`, and generated WGSL is added.
 */
export type Defines = Readonly<Record<string, number | boolean | GeneratedWgsl>>;

/** Original place of a line of a program. */
export interface SourceLine {
  /** Path below `src/`, or the name of the define that generated it. */
  readonly file: string;
  readonly line: number;
}

export interface PreprocessedWgsl {
  readonly text: string;
  /** Original place of each line of `text`. */
  readonly lines: readonly SourceLine[];
}

/**
 * Makes the text of a program. Lines that begin with `#` are directives:
 *
 *     #include wgsl/flatIndexing      that file, once in a program; from src/ on, without .wgsl
 *     #if name, #if !name             what follows, where that define is true, or false
 *     #else, #endif
 *
 * `@binding(next)` numbers the arrays that are present: 1, 2, … `enable` lines go to the top.
 *
 * @throws WgslError with file and line for a name that is not defined, or a file that is missing
 */
export function preprocess(file: WgslFile, defines: Defines): PreprocessedWgsl {
  const program = new ProgramText(defines);
  for (const name in defines) {
    const value = defines[name];
    if (typeof value === 'number') program.addText(name, `const ${name} = ${value}u;`);
    if (typeof value !== 'object') continue;
    for (const included of value.includes ?? []) program.add(included);
    program.addText(name, value.write());
  }
  program.add(file);
  return program.finished();
}

interface OpenIf extends SourceLine {
  /** Whether the lines of this branch are used, enclosing branches included. */
  taken: boolean;
  readonly outerTaken: boolean;
  readonly condition: boolean;
  hasElse: boolean;
}

class ProgramText {
  readonly #defines: Defines;
  readonly #included = new Set<WgslFile>();
  readonly #enables = new Map<string, SourceLine>();
  readonly #text: string[] = [];
  readonly #lines: SourceLine[] = [];
  #bindings = 0;

  constructor(defines: Defines) {
    this.#defines = defines;
  }

  add(file: WgslFile): void {
    if (this.#included.has(file)) return;
    this.#included.add(file);
    const open: OpenIf[] = [];
    for (const [index, text] of file.text.split('\n').entries()) {
      const place = { file: file.path, line: index + 1 };
      const directive = /^\s*#(\w*)\s*(.*?)\s*$/.exec(text);
      if (directive) this.#direct(file, place, open, directive[1] ?? '', directive[2] ?? '');
      else if (open.at(-1)?.taken ?? true) this.#addLine(text, place);
    }
    const left = open.at(-1);
    if (left) throw new WgslError('#if has no #endif', left);
  }

  addText(name: string, text: string): void {
    for (const [index, line] of text.split('\n').entries()) this.#addLine(line, { file: name, line: index + 1 });
  }

  finished(): PreprocessedWgsl {
    return {
      text: [...this.#enables.keys(), ...this.#text, ''].join('\n'),
      lines: [...this.#enables.values(), ...this.#lines],
    };
  }

  #addLine(text: string, place: SourceLine): void {
    if (/^\s*(enable|requires|diagnostic)\b/.test(text)) {
      if (!this.#enables.has(text)) this.#enables.set(text, place);
      return;
    }
    this.#text.push(text.replace('@binding(next)', () => `@binding(${(this.#bindings += 1)})`));
    this.#lines.push(place);
  }

  #direct(file: WgslFile, place: SourceLine, open: OpenIf[], word: string, rest: string): void {
    const innermost = open.at(-1);
    const taken = innermost?.taken ?? true;
    if (word === 'if') {
      const condition = this.#condition(rest, place);
      open.push({ ...place, taken: taken && condition, outerTaken: taken, condition, hasElse: false });
    } else if (word === 'else' && innermost && !innermost.hasElse) {
      innermost.taken = innermost.outerTaken && !innermost.condition;
      innermost.hasElse = true;
    } else if (word === 'endif' && innermost) {
      open.pop();
    } else if (word === 'include') {
      const included = file.includes.find(({ path }) => path === `${rest}.wgsl`);
      if (!included) throw new WgslError(`#include ${rest}: there is no such file`, place);
      if (taken) this.add(included);
    } else {
      throw new WgslError(`#${word} ${rest}: expected #include, #if, #else or #endif, each in its place`, place);
    }
  }

  #condition(words: string, place: SourceLine): boolean {
    const [, negation = '', name = ''] = /^(!?)(\w+)$/.exec(words) ?? [];
    const value = Object.hasOwn(this.#defines, name) ? this.#defines[name] : undefined;
    if (typeof value !== 'boolean') {
      const known = Object.keys(this.#defines).filter((define) => typeof this.#defines[define] === 'boolean');
      throw new WgslError(`#if ${words}: not defined; the program defines ${known.join(', ') || 'nothing'}`, place);
    }
    return value !== (negation === '!');
  }
}
