/**
 * Something that the setup cannot do by itself. The message is one paragraph: what is missing and
 * how to get it.
 */
export class SetupProblem extends Error {
  /** @param details output of the program that failed, shown under the paragraph */
  constructor(message, details = '') {
    super(message);
    this.details = details.trim();
  }
}
