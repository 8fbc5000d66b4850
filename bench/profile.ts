// Sums up CPU profiles: node --import tsx bench/profile.ts FILE…  Prints the time of each kind of work, and the functions
// that took the most time themselves.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

type Profile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

const mostFunctions = 12;

for (const file of process.argv.slice(2)) {
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(file, "utf8")) as Profile;
  const byId = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const kinds = new Map<string, number>();
  const functions = new Map<string, number>();
  samples.forEach((id, index) => {
    const frame = byId.get(id);
    const ms = (timeDeltas[index] ?? 0) / 1000;
    if (frame === undefined || frame.functionName === "(idle)") return;
    add(kinds, kindOf(frame.functionName, frame.url), ms);
    add(functions, `${frame.functionName || "(anonymous)"} ${basename(frame.url)}:${frame.lineNumber + 1}`, ms);
  });
  console.log(`${file}\n${format(kinds)}\n\n${format(functions, mostFunctions)}\n`);
}

function kindOf(name: string, url: string): string {
  if (name.startsWith("(")) return name;
  if (/compile|wrapSafe|instantiate|ModuleWrap|link\b/i.test(name)) return "compiling and linking modules";
  if (url.startsWith("node:")) return "Node itself";
  return url === "" ? "native code" : `code of ${basename(url)}`;
}

function add(sums: Map<string, number>, key: string, ms: number): void {
  sums.set(key, (sums.get(key) ?? 0) + ms);
}

function format(sums: ReadonlyMap<string, number>, most = Number.POSITIVE_INFINITY): string {
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, ms]) => `${ms.toFixed(1).padStart(9)} ms  ${name}`)
    .join("\n");
}
