export { ArgumentError, refuseSurplus, requireArgument, requireOptions } from './require.ts';
export type { ErrorClass, OptionAdvice, OptionKinds } from './require.ts';
export {
  anyNumber,
  anything,
  anyWholeNumber,
  array,
  arrayOf,
  callable,
  flag,
  fraction,
  instanceOf,
  named,
  nonEmptyText,
  number,
  numberAtLeast,
  numberBetween,
  object,
  objectWith,
  ofOtherCopy,
  oneOf,
  oneOfKinds,
  optional,
  orNull,
  text,
  wholeNumber,
} from './kinds.ts';
export type { Kind } from './kinds.ts';
export { isError, messageOf } from './isError.ts';
export { onAssignment } from './onAssignment.ts';
export { provided } from './provided.ts';
export { nearestName } from './nearestName.ts';
export { answerOtherNames, pythonNames, snakeCase } from './otherNames.ts';
export { endSentence, firstOf, shown } from './shown.ts';
