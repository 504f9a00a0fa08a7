/** Whether it is an error of any realm: in Jest those of Node are no `instanceof Error`. */
export const isError = (value: unknown): value is Error =>
  typeof value === 'object' && value !== null && 'message' in value;

/** What an error says; anything else that was thrown, as text. */
export const messageOf = (error: unknown): string => (isError(error) ? error.message : String(error));
