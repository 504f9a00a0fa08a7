let enabled = true;

/** Whether operations are remembered for `backward()`. */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Runs `body` without remembering operations: for evaluation. */
export function noGrad<T>(body: () => T): T {
  const before = enabled;
  enabled = false;
  try {
    return body();
  } finally {
    enabled = before;
  }
}
