/** Something that the user of the demo can fix. Shown as one line. */
export class DemoError extends Error {
  override name = 'DemoError';
}
