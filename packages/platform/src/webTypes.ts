// The web's types as public declarations name them: those of the reader's program, from lib.dom or
// @types/node, and `object` where it has neither.

export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Type } } ? Type : object;
export type Response = typeof globalThis extends { Response: { prototype: infer Type } } ? Type : object;
export type Fetch = typeof globalThis extends { fetch: infer Type } ? Type : object;
