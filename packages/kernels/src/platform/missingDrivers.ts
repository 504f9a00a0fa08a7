import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';

// The newer name wins where both are set, as in Vulkan's loader.
const variables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/**
 * A sentence on the Vulkan drivers that the environment names and that are not there; empty where
 * all are, or none is named.
 */
export function missingDrivers(environment: Record<string, string | undefined>): string {
  const variable = variables.find((name) => environment[name]);
  if (variable === undefined) return '';
  const missing = (environment[variable] as string).split(delimiter).filter((path) => path !== '' && !existsSync(path));
  return missing.length === 0
    ? ''
    : `${variable} names ${missing.join(' and ')}, which is not there: correct it, or unset it. `;
}
