import { formatNumber } from "./numbers.ts";
import { median } from "./statistics.ts";
import type { Workplace } from "./workplace.ts";

/** One line of a figure's table: ours beside a rival, measured in the same run. */
export type Row = {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** Undefined: there is no rival for this row, so there is no ratio either. */
  readonly rival: number | undefined;
  /** What the rival is. */
  readonly against: string;
  /** Ours to the rival's; see `compareRounds`. */
  readonly ratio: number | undefined;
  /** What we want to reach, in words; undefined: the row only informs. */
  readonly reach: string | undefined;
  readonly met: boolean | undefined;
};

/** One of the bench's figures: a question, and the measurement that answers it. */
export type Figure = {
  /** The name on the command line. */
  readonly name: string;
  /** The question, in one line. */
  readonly question: string;
  /** The load in one line: how many of what, at what concurrency. */
  readonly load: string;
  /** Only runs if it is named. */
  readonly isLong?: boolean;
  /** Only runs where DynamoDB Local does: it has streams, which dynalite lacks. */
  readonly needsJava?: boolean;
  readonly measure: (workplace: Workplace) => Promise<readonly Row[]>;
};

/** What we want a row to reach: at most or at least a bound, on the ratio or on our own value. */
export type Reach = { readonly of: "ratio" | "ours"; readonly is: "at most" | "at least"; readonly bound: number };

/** A rival's value. `ratio` is given if it is not the quotient of the two values. */
export type Rival = { readonly name: string; readonly value: number; readonly ratio?: number };

/** Makes a row: computes the ratio, and whether it reaches what we want. */
export function makeRow(name: string, unit: string, ours: number, rival?: Rival, reach?: Reach): Row {
  const ratio = rival && (rival.ratio ?? ours / rival.value);
  const judged = reach?.of === "ours" ? ours : ratio;
  const isMet = (value: number, { is, bound }: Reach) => (is === "at most" ? value <= bound : value >= bound);
  return {
    name,
    unit,
    ours,
    rival: rival?.value,
    against: rival?.name ?? "",
    ratio,
    reach: reach && describeReach(reach, unit),
    met: reach && judged !== undefined ? isMet(judged, reach) : undefined,
  };
}

function describeReach({ of, is, bound }: Reach, unit: string): string {
  return `${is === "at most" ? "≤" : "≥"} ${formatNumber(bound)} ${of === "ratio" ? "×" : unit}`;
}

/**
 * Makes a row of samples that were taken in turn. The ratio is the median of the rounds' ratios: what slowed the machine
 * in one round slowed both sides of it.
 */
export function compareRounds(
  name: string,
  unit: string,
  ours: readonly number[],
  rival: { readonly name: string; readonly samples: readonly number[] },
  reach?: Reach,
): Row {
  const ratios = ours.map((value, round) => value / (rival.samples[round] ?? Number.NaN));
  const middle = { name: rival.name, value: median(rival.samples), ratio: median(ratios) };
  return makeRow(name, unit, median(ours), middle, reach);
}
