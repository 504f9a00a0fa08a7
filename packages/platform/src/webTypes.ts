// The web's types as public declarations name them: those of the reader's program, from lib.dom or
// @types/node, and `object` where it has neither.

/** A signal that ends an operation early, as {@link Fetch} takes it. */
export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Type } } ? Type : object;
/** The answer to a request. */
export type Response = typeof globalThis extends { Response: { prototype: infer Type } } ? Type : object;
/** The function that asks a server. */
export type Fetch = typeof globalThis extends { fetch: infer Type } ? Type : object;
