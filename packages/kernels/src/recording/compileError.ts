import { GpuValidationError } from '../errors.ts';
import type { Program } from './dispatch.ts';

/**
 * What WebGPU says about a program that does not compile, with lines as their author counts them
 * (`kernels/relu/relu.wgsl:14:30`) and bindings as the dispatch has them.
 */
export function compileError(
  program: Program,
  { reads, writes }: { readonly reads: number; readonly writes: number },
  { message }: { readonly message: string },
): GpuValidationError {
  const located = message.replaceAll(/(?<=^|\s):(\d+):(\d+)\b/g, (words, line: string, column: string) => {
    const place = program.locate?.(Number(line));
    return place ? `${place.file}:${place.line}:${column}` : words;
  });
  const binding = /@binding\((\d+)\)/.exec(message)?.[1];
  const bindings =
    binding === undefined ? '' : `binding ${binding} does not fit: the dispatch ${bindingsOf(reads, writes)}. `;
  return new GpuValidationError(`kernel ${program.key} does not compile: ${bindings}${located}`);
}

function bindingsOf(reads: number, writes: number): string {
  const range = (count: number, first: number) =>
    count === 0 ? 'nothing' : count === 1 ? `binding ${first}` : `bindings ${first} to ${first + count - 1}`;
  return `reads ${range(reads, 1)} and writes ${range(writes, 1 + reads)}`;
}
