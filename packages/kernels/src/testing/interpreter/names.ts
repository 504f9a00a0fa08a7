// How identifiers of SPIR-V are called in JavaScript. A pointer is two variables: the memory, and
// the offset in it.
const word = (id: string) => id.replaceAll(/\W/g, '_');

export const value = (id: string): string => `v_${word(id)}`;
export const memory = (id: string): string => `m_${word(id)}`;
export const offset = (id: string): string => `o_${word(id)}`;
export const functionName = (id: string): string => `f_${word(id)}`;
