import type { DeviceProfile } from '../../device/profile.ts';

/** Fewer rows, of at least so many classes, are shared by threads on software adapters too. */
const fewLongRows = { rows: 16, classes: 4096 };

/**
 * Whether threads share each row of a loss over classes: on GPUs unless rows are short, on software
 * adapters where few rows are long.
 */
export function sharesRows({ software }: DeviceProfile, rows: number, classes: number): boolean {
  return software ? rows < fewLongRows.rows && classes >= fewLongRows.classes : classes > 64;
}
