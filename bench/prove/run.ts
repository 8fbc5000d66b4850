import { startFal } from "./fal.ts";
import { planJobs } from "./plan.ts";
import type { Program, Row, ServiceRow } from "./row.ts";
import { ours, rivals } from "./rows/all.ts";
import { runRow } from "./run-row.ts";
import { startStack } from "./stack.ts";
import type { Tally } from "./tally.ts";

/** What to run. */
export interface Run {
  readonly seed: number;
  readonly jobs: number;
  /** The name of the only row, or all rows. */
  readonly only?: string | undefined;
  /** Receives a line when a row is done. */
  progress(line: string): void;
}

/** A row of the table with its counts. */
export interface Result extends Tally {
  readonly name: string;
  readonly client: string;
  readonly through_us: boolean;
}

/** The names of all rows. */
export const rowNames: readonly string[] = [...rivals, ...ours].map(({ name }) => name);

const rivalLanes = 3;

/**
 * Runs the rows: this service's one after the other, and beside them the rivals', once the service has started. Returns
 * them in the table's order.
 */
export async function run(options: Run): Promise<Result[]> {
  const isWanted = ({ name }: { readonly name: string }) => name === (options.only ?? name);
  const wanted = rivals.filter(isWanted);
  const lanes = Array.from({ length: rivalLanes }, (_, lane) =>
    wanted.filter((_row, index) => index % rivalLanes === lane),
  );
  let started = () => {};
  const isStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  const done = await Promise.all([
    runOurs(ours.filter(isWanted), options, started).finally(started),
    ...lanes.map((rows) => isStarted.then(() => runRivals(rows, options))),
  ]);
  return done.flat().sort((a, b) => rowNames.indexOf(a.name) - rowNames.indexOf(b.name));
}

async function runRivals(rows: readonly Row[], options: Run): Promise<Result[]> {
  return withFal(rows, async (emulator) => {
    const results: Result[] = [];
    for (const row of rows)
      results.push(await runOne(row, false, await row.open({ falUrl: emulator.url }), emulator, options));
    return results;
  });
}

async function runOurs(rows: readonly ServiceRow[], options: Run, started: () => void): Promise<Result[]> {
  return withFal(rows, async (emulator) => {
    const stack = await startStack(emulator.url);
    started();
    try {
      const results: Result[] = [];
      for (const row of rows)
        results.push(await runOne(row, true, await row.open({ falUrl: emulator.url }, stack), emulator, options));
      return results;
    } finally {
      await stack.close();
    }
  });
}

type Emulator = Awaited<ReturnType<typeof startFal>>;

async function withFal(rows: readonly unknown[], work: (emulator: Emulator) => Promise<Result[]>): Promise<Result[]> {
  if (rows.length === 0) return [];
  const emulator = await startFal();
  try {
    return await work(emulator);
  } finally {
    await emulator.close();
  }
}

async function runOne(
  { name, client }: Pick<Row, "name" | "client">,
  through_us: boolean,
  program: Program,
  emulator: Emulator,
  { seed, jobs, progress }: Run,
): Promise<Result> {
  const startedAt = Date.now();
  try {
    const tally = await runRow(program, planJobs(seed, jobs, name), emulator);
    progress(`${name}: ${jobs} jobs in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    return { name, client, through_us, ...tally };
  } finally {
    await program.close();
  }
}
