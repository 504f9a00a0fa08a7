/**
 * Words for one slot of a sentence: those of the training pairs, and those that only the validation
 * pairs show.
 */
export interface SlotWords {
  readonly shown: readonly string[];
  readonly heldOut: readonly string[];
}

const words = (text: string) => text.trim().split(/\s+/);

/** What went up or down. */
export const subjects: SlotWords = {
  shown: words(`
    rents wages sales exports imports prices taxes fares profits losses savings debts costs fees output demand spending traffic crime employment
    tourism production pollution attendance turnover revenue inflation investment consumption enrollment membership circulation rainfall ridership
    salaries pensions dividends deposits mortgages premiums subsidies donations subscriptions bookings arrivals departures births marriages complaints
    accidents delays thefts fires strikes absences injuries infections emissions harvests yields shipments deliveries orders stocks reserves`),
  heldOut: words('tariffs loans tolls bonuses fines grants exits'),
};

/** When. */
export const months: SlotWords = {
  shown: words('January February March April May June August September October December'),
  heldOut: words('July November'),
};

/** Verbs that mean the same, for each direction. */
export const verbs = {
  up: ['rose', 'climbed', 'increased', 'grew'],
  down: ['fell', 'dropped', 'declined', 'shrank'],
} as const;

export type Direction = keyof typeof verbs;
