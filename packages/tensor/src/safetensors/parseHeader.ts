/**
 * Parses the JSON header. `JSON.parse` silently keeps the last of two equal keys, so that a file
 * could show one tensor and load another; therefore the top-level keys are counted too.
 */
export function parseHeader(bytes: Uint8Array, fail: (reason: string) => never): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    return fail(`its header is not JSON: ${(error as Error).message}`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return fail('its header is not a JSON object');
  const keys = Object.keys(header).length;
  const written = countTopLevelKeys(text);
  if (written !== keys) return fail(`its header names ${written - keys} tensors twice`);
  return header as Record<string, unknown>;
}

function countTopLevelKeys(json: string): number {
  let depth = 0;
  let keys = 0;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (character === '"') {
      index++;
      while (json[index] !== '"') index += json[index] === '\\' ? 2 : 1;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ':' && depth === 1) keys++;
  }
  return keys;
}
