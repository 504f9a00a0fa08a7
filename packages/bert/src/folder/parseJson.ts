import { messageOf, shown } from '@attune/validate';
import { CheckpointError } from '../errors.ts';
import { refuseForeignText } from './foreignContent.ts';

/** Levels of lists and objects; the files of checkpoints have fewer than ten. */
const deepest = 100;

/** Level by level, so that no depth overflows the stack. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return true;
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null
        ? Object.values(item).filter((child) => typeof child === 'object' && child !== null)
        : [],
    );
  }
  return false;
}

/** Parses a JSON file that must hold an object. @throws CheckpointError that names the file */
export function parseJsonObject(text: string, source: string): Record<string, unknown> {
  refuseForeignText(text, source);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(`${source} is not valid JSON: ${messageOf(error)}. Download or write it again.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CheckpointError(
      `${source} should hold a JSON object; it holds ${Array.isArray(value) ? 'a list' : shown(value)}`,
    );
  }
  if (isTooDeep(value))
    throw new CheckpointError(
      `${source} is nested deeper than ${deepest} levels: it is damaged. Download or write it again.`,
    );
  return value as Record<string, unknown>;
}
