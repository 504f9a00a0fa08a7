import { joinContiguous } from '@attune/kernels/internal';
import { HalfCopies } from './halfCopies.ts';
import type { Module } from '../module/module.ts';
import type { Parameter } from './parameter.ts';

/**
 * Runs `body` while every weight that matrix products read has an f16 copy for `autocast`. Copies
 * of an optimizer are used as they are. The weights themselves are only read.
 */
export async function withHalves<Result>(module: Module, body: () => Promise<Result>): Promise<Result> {
  const lacking = new Set([...module.parameters()].filter((each) => each.isMatrixOperand && !each.halfCopies));
  const given: Parameter[] = [];
  try {
    for (const parameter of lacking) {
      const together = parameter.contiguousGroup?.parameters ?? [];
      const joined = together.every((each) => lacking.has(each))
        ? joinContiguous(together.map(({ array }) => array))
        : null;
      const group = joined ? together : [parameter];
      const copies = new HalfCopies(parameter.device, joined ?? parameter.array, 'f16 weights of an evaluation');
      let offset = 0;
      for (const each of group) {
        lacking.delete(each);
        each.setHalfCopies(copies, offset);
        given.push(each);
        offset += each.size;
      }
    }
    return await body();
  } finally {
    for (const parameter of given) {
      parameter.halfCopies?.outdate();
      parameter.setHalfCopies(null);
    }
  }
}
