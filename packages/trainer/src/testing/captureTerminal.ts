import { afterEach, beforeEach, vi } from 'vitest';

/** What a person is told, line by line, in place of the terminal; each test begins with nothing. */
export function captureTerminal(): string[] {
  const said: string[] = [];
  beforeEach(() => {
    said.length = 0;
    vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => vi.restoreAllMocks());
  return said;
}
