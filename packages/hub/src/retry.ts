/** How many times a busy hub is asked. */
export const maxAttempts = 5;
/** Longest `Retry-After` that is waited for, in milliseconds. */
const longestWait = 30_000;

/** Status codes of temporary failures: too many requests, or a server error. */
export const isPassing = (status: number): boolean => [408, 429, 500, 502, 503, 504].includes(status);

/**
 * How long to wait before the next attempt, in milliseconds: what Retry-After asks for, else 0.5,
 * 1, 2, 4 seconds. Undefined: no further attempt.
 *
 * @param attempt the one that failed, from 1
 * @param retryAfter seconds or a date (RFC 9110, 10.2.3)
 */
export function waitBefore(attempt: number, retryAfter: string | null, now = Date.now()): number | undefined {
  if (attempt >= maxAttempts) return undefined;
  const asked =
    retryAfter === null ? NaN : /^\d+$/.test(retryAfter) ? 1000 * Number(retryAfter) : Date.parse(retryAfter) - now;
  const milliseconds = Number.isNaN(asked) ? 500 * 2 ** (attempt - 1) : Math.max(0, asked);
  return milliseconds > longestWait ? undefined : milliseconds;
}

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
