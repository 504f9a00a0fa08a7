/** The options that were given: `undefined` stands for one that was left out. */
export const provided = <Options extends object>(options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
