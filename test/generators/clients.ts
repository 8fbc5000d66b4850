/** A generator and a program that uses the client it makes. */
export interface Client {
  readonly name: string;
  /** The generator's script, in the folder where the generators are installed. */
  readonly script: string;
  /** The oldest Node it runs on, as its own package says. */
  readonly needsNode: number;
  readonly options: readonly string[];
  /** The generator's configuration file, for the API at `url`. */
  readonly config?: (url: string) => string;
  /** The program. It exports the `status` of a new job and how many jobs have its metadata. */
  readonly program: (url: string) => string;
}

const JOB = `{ input: { prompt: "p", image_url: "https://example.com/a.jpg" }, metadata: { order: "42" } }`;
const MISSPELLED = `{ input: { promt: "p", image_url: "https://example.com/a.jpg" } }`;

const orvalConfig = (url: string) =>
  `module.exports = ${JSON.stringify({
    api: { input: "./document.json", output: { target: "./generated/index.ts", client: "fetch", baseUrl: url } },
  })};`;

/** orval returns every answer with its status; only 200 and 202 have a job. */
const orvalProgram = (filter: string) => `
import { createJob, listJobs, validateJob } from "./generated";
const options = { headers: { "x-api-key": "key" } };
// @ts-expect-error: a misspelled field is refused by the compiler.
export const wrong = () => createJob(${MISSPELLED}, options);
const made = await createJob(${JOB}, options);
if (made.status !== 202) throw new Error(JSON.stringify(made));
const checked = await validateJob(${JOB}, options);
if (checked.status !== 200) throw new Error(JSON.stringify(checked));
const listed = await listJobs(${filter}, options);
if (listed.status !== 200) throw new Error(JSON.stringify(listed));
export const status: string = made.data.status;
export const usd: number | undefined = checked.data.cost?.estimated_usd;
export const found: number = listed.data.data.length;
`;

const orval = { options: ["--config", "orval.config.cjs"], config: orvalConfig } as const;

/** The generators that the npm registry has. openapi-typescript is tried in test/openapi/client.test.ts. */
export const CLIENTS: readonly Client[] = [
  {
    name: "@hey-api/openapi-ts",
    script: "@hey-api/openapi-ts/bin/run.js",
    needsNode: 22,
    options: ["-i", "document.json", "-o", "generated"],
    program: (url) => `
import { createJob, listJobs, validateJob } from "./generated";
import { client } from "./generated/client.gen";
client.setConfig({ baseUrl: "${url}", headers: { "x-api-key": "key" } });
// @ts-expect-error: a misspelled field is refused by the compiler.
export const wrong = () => createJob({ body: ${MISSPELLED} });
const made = await createJob({ body: ${JOB}, throwOnError: true });
const checked = await validateJob({ body: ${JOB}, throwOnError: true });
const listed = await listJobs({ query: { metadata: { order: "42" } }, throwOnError: true });
export const status: string = made.data.status;
export const usd: number | undefined = checked.data.cost?.estimated_usd;
export const found: number = listed.data.data.length;
`,
  },
  {
    ...orval,
    name: "orval 8",
    script: "orval/dist/bin/orval.mjs",
    needsNode: 22,
    program: () => orvalProgram(`{ metadata: { order: "42" } }`),
  },
  {
    ...orval,
    name: "orval 7",
    script: "orval7/dist/bin/orval.js",
    needsNode: 18,
    // Its fetch client writes no objects into a query.
    program: () => orvalProgram("{ limit: 5 }"),
  },
];
