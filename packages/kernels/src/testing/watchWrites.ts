import type { Gpu } from '../gpu.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import type { Dispatch } from '../recording/dispatch.ts';

const watched = new WeakSet<Gpu>();
const writers = new WeakMap<GpuArray, Dispatch>();

/** Starts recording which dispatch wrote to each array. */
export function watchWrites(gpu: Gpu): void {
  if (watched.has(gpu)) return;
  watched.add(gpu);
  const record = gpu.dispatch.bind(gpu);
  gpu.dispatch = (dispatch) => {
    record(dispatch);
    for (const array of dispatch.writes) writers.set(array, dispatch);
  };
}

/**
 * Says which kernel wrote to the array last, in which lines, and what to do about a store past its
 * end.
 */
export function lastWriter(array: GpuArray): string {
  const dispatch = writers.get(array);
  if (!dispatch) return 'No kernel wrote to it.';
  const { program, reads, writes } = dispatch;
  const binding = 1 + reads.length + writes.indexOf(array);
  const places = storesOf(program, binding).map(({ file, line }) => `${file}:${line}`);
  const where = places.length > 0 ? ` stores to it in ${places.join(', ')}` : ' wrote to it';
  return (
    `Kernel ${program.key}${where}: bound the index there by the parameters, ` +
    'as `index < share.end` does, for the last workgroup has more threads than elements.'
  );
}

/** The lines of `.wgsl` files that store to a binding. */
function storesOf(program: Dispatch['program'], binding: number): { readonly file: string; readonly line: number }[] {
  const lines = program.source().split('\n');
  const declaration = lines.find((text) => text.includes(`@binding(${binding})`));
  const name = /var\s*<[^>]*>\s*(\w+)/.exec(declaration ?? '')?.[1];
  if (!name) return [];
  const capitalised = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const store = new RegExp(
    `\\bstore${capitalised}\\(|\\b${name}\\[.*\\][^=!<>]*[-+*/|&^]?=[^=]|\\batomic\\w+\\(&${name}\\b`,
  );
  return lines
    .flatMap((text, index) => (store.test(text) && !/^\s*fn /.test(text) ? [program.locate?.(index + 1)] : []))
    .filter((place) => place !== undefined)
    .filter(({ file }) => file.endsWith('.wgsl'));
}
