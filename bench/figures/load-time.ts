import { execFileSync } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { localEnvironment } from "../../local/stack/functions.ts";
import { compareRounds, type Figure, makeRow, type Row } from "../figure.ts";
import { readStartTimes } from "../programs/start-times.ts";
import { bundleRival } from "../rivals/bundle.ts";
import { takeTurns } from "../rounds.ts";
import { sum } from "../statistics.ts";
import { shortName, type Workplace } from "../workplace.ts";

/** A module whose load time is measured, with its environment variables. */
type Subject = { readonly name: string; readonly file: string; readonly environment: Readonly<Record<string, string>> };

const rounds = 11;
/** What a caller of a cold function waits for first. */
const wanted: Readonly<Record<string, number>> = { submit: 0.8, webhook: 0.8 };
const rival = "bare DynamoDB client";

/** The size and the load time of each deployed bundle. */
export const loadTime: Figure = {
  name: "load-time",
  question: "How large is each function's bundle, and how long does it take to load?",
  load: `${rounds} fresh processes each, taken in turn`,
  measure: async (workplace) => {
    const bare = {
      name: rival,
      file: await bundleRival(workplace, "bare-client"),
      environment: { AWS_REGION: "us-east-1" },
    };
    const functions = workplace.spec.functions.map((spec) => ({
      name: shortName(spec.id),
      file: join(spec.folder, "index.mjs"),
      environment: localEnvironment(spec, { overrides: {}, additions: {} }),
    }));
    const samples = await takeTurns([bare, ...functions], { rounds, warmUp: 1 }, async (subject) =>
      loadOnce(workplace, subject),
    );
    const bareMs = samples.get(bare) ?? [];
    const bareKb = await kilobytes(bare.file);
    const rows = functions.map(async (subject): Promise<readonly Row[]> => {
      const { name, file } = subject;
      const bound = wanted[name];
      const early = sum(await Promise.all([...(await filesThatLoadEarly(file))].map(kilobytes)));
      const reach = bound === undefined ? undefined : ({ of: "ratio", is: "at most", bound } as const);
      return [
        compareRounds(`${name}: load`, "ms", samples.get(subject) ?? [], { name: rival, samples: bareMs }, reach),
        makeRow(`${name}: files that load early`, "KB", early, { value: bareKb, name: rival }),
        makeRow(`${name}: files that load late`, "KB", (await folderKilobytes(dirname(file))) - early),
      ];
    });
    return (await Promise.all(rows)).flat();
  },
};

function loadOnce({ root, node, nodeOptions }: Workplace, { file, environment }: Subject): number {
  const env = { ...environment };
  const program = join(root, "bench", "programs", "first-request.mjs");
  return readStartTimes(execFileSync(node, [...nodeOptions, program, file], { env, encoding: "utf8" })).loadMs;
}

/** A module of a bundle with all that it imports statically: what a cold start loads. `import()` does not count. */
export async function filesThatLoadEarly(file: string, known = new Set<string>()): Promise<ReadonlySet<string>> {
  if (known.has(file)) return known;
  known.add(file);
  for (const path of staticImports(await readFile(file, "utf8")))
    await filesThatLoadEarly(join(dirname(file), path), known);
  return known;
}

/** The modules beside it that a bundled module imports. esbuild writes `import…from"./name.mjs"`, or only the path. */
function staticImports(source: string): readonly string[] {
  return [...source.matchAll(/(?:\bfrom|\bimport)\s*"(\.\/[^"]+\.mjs)"/g)].flatMap(([, path]) => path ?? []);
}

async function kilobytes(file: string): Promise<number> {
  return (await stat(file)).size / 1024;
}

async function folderKilobytes(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith("js"));
  return sum(await Promise.all(files.map((name) => kilobytes(join(folder, name)))));
}
