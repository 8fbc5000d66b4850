import type { Plot } from "./plot.ts";

/** The first row has the names of the columns. */
export type Table = readonly (readonly string[])[];

/** What one part of the simulation found, by the names that the page uses. */
export interface Section {
  readonly tables: Readonly<Record<string, Table>>;
  readonly plots: Readonly<Record<string, Plot>>;
}
