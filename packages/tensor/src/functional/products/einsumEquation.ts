import { shown } from '@attune/validate';
import { ShapeError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import type { Shape } from '../../shape.ts';

/** A parsed equation: the dimensions of each operand by name. */
export interface Equation {
  /**
   * Names of the dimensions of each operand; those of an ellipsis are `...1` (the last), `...2`, …
   */
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const shapesOf = (shapes: readonly Shape[]): string => shapes.map(formatShape).join(', ');

/**
 * Reads an equation of Einstein's notation for tensors of these shapes, as `torch.einsum` does:
 * without `->` the result has the ellipsis and, in alphabetical order, the letters that occur once.
 *
 * @throws ShapeError
 */
export function readEquation(equation: string, shapes: readonly Shape[]): Equation {
  const [left = '', right, ...more] = equation.replaceAll(/\s/g, '').split('->');
  if (more.length > 0) throw new ShapeError(`einsum: ${shown(equation)} has more than one arrow`);
  const terms = left.split(',');
  if (terms.length !== shapes.length)
    throw new ShapeError(
      `einsum: ${shown(equation)} names ${terms.length} operands; got ${shapes.length}, of the shapes ${shapesOf(shapes)}`,
    );
  const rests = terms.map((term, index) => ellipsisRank(equation, term, index, shapes[index] as Shape));
  const operands = terms.map((term, index) => namesOf(term, rests[index] as number));
  requireExtents(equation, operands, shapes);
  const rest = namesOf('...', Math.max(0, ...rests));
  if (right === undefined) return { operands, output: [...rest, ...lettersOnce(terms)] };
  lettersOf(equation, right, 'the result');
  const output = namesOf(right, rest.length);
  for (const [at, name] of output.entries()) {
    if (!operands.some((names) => names.includes(name)))
      throw new ShapeError(`einsum: ${name} of the result in ${shown(equation)} is in no operand`);
    if (output.indexOf(name) !== at)
      throw new ShapeError(`einsum: ${name} comes twice in the result of ${shown(equation)}`);
  }
  return { operands, output };
}

/** The letters of a term; it may contain one ellipsis and nothing else. */
function lettersOf(equation: string, term: string, where: string): string {
  const letters = term.replace('...', '');
  const wrong = /[^A-Za-z]/.exec(letters);
  if (wrong)
    throw new ShapeError(
      `einsum: ${shown(wrong[0])} in ${where} of ${shown(equation)} is not a letter; a term has letters and one ellipsis, "..."`,
    );
  return letters;
}

/** How many dimensions an operand's ellipsis stands for. */
function ellipsisRank(equation: string, term: string, index: number, shape: Shape): number {
  const letters = lettersOf(equation, term, `operand ${index}`);
  const rest = shape.length - letters.length;
  const hasEllipsis = letters.length !== term.length;
  if (rest < 0 || (rest > 0 && !hasEllipsis))
    throw new ShapeError(
      `einsum: ${shown(equation)} names ${letters.length} dimensions of operand ${index}, whose shape is ${formatShape(shape)}`,
    );
  return rest;
}

/** The dimensions of a term; those of the ellipsis count from the last. */
function namesOf(term: string, rest: number): string[] {
  const ellipsis = Array.from({ length: rest }, (_, index) => `...${rest - index}`);
  const [before = '', after] = term.split('...');
  return after === undefined ? [...before] : [...before, ...ellipsis, ...after];
}

const lettersOnce = (terms: readonly string[]): string[] => {
  const all = terms.join('').replaceAll('.', '');
  return [...all].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
};

/** Checks that dimensions of one name have one extent, or 1. */
function requireExtents(equation: string, operands: readonly (readonly string[])[], shapes: readonly Shape[]): void {
  const extents = new Map<string, number>();
  for (const [index, names] of operands.entries()) {
    const shape = shapes[index] as Shape;
    for (const [axis, name] of names.entries()) {
      const [own, before] = [shape[axis] as number, extents.get(name) ?? 1];
      const isRepeated = names.indexOf(name) !== axis && shape[names.indexOf(name)] !== own;
      if (isRepeated || (own !== before && own !== 1 && before !== 1))
        throw new ShapeError(
          `einsum: ${name} of ${shown(equation)} is ${own} in operand ${index}, of the shape ${formatShape(shape)}, and ${isRepeated ? shape[names.indexOf(name)] : before} before; the shapes are ${shapesOf(shapes)}`,
        );
      if (own !== 1) extents.set(name, own);
    }
  }
}
