import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';

// Where both are set the newer name wins, as in Vulkan's loader.
const variables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/**
 * A sentence about Vulkan drivers that the environment names and that do not exist; empty where all
 * exist, or none is named.
 */
export function missingDrivers(environment: Record<string, string | undefined>): string {
  const variable = variables.find((name) => environment[name]);
  if (variable === undefined) return '';
  const missing = (environment[variable] as string).split(delimiter).filter((path) => path !== '' && !existsSync(path));
  return missing.length === 0
    ? ''
    : `${variable} names ${missing.join(' and ')}, which is not there: correct it, or unset it. `;
}
