/**
 * How much of each search a run does. `npm run test:all` (`vitest run --mode all`) does all of it, every other run a
 * part.
 */
export interface Effort {
  /** Schedules that the simulation plays, in all of its ranges. */
  readonly schedules: number;
  /** How often the chaos test kills the local stack. */
  readonly kills: number;
  /** Random sequences of calls that fal's client makes to the emulator and to the proxy. */
  readonly sequences: number;
  /** Jobs that the load test submits at the same moment. */
  readonly jobsAtOnce: number;
  /** Jobs of which a tenth is retried by an operator. */
  readonly bulkJobs: number;
  /** Jobs that run while two releases work on one table; 0: not tried. */
  readonly jobsOfTwoReleases: number;
  /** The part of its cases that each property is tried with. `PROPERTY_EFFORT` multiplies it. */
  readonly propertyCases: number;
  /** Damaged files, of each kind of file, that are read. */
  readonly mutatedFiles: number;
  /** Whether the samples of fal's documentation are run against the emulator, too; they always run against us. */
  readonly samplesAtEmulator: boolean;
  /** Whether a file of more than 90 MiB is uploaded. */
  readonly largeUpload: boolean;
  /** The shells in which the commands of README and guide are run. */
  readonly shells: readonly string[];
  /** How often a submission whose answer is lost is tried, of each kind. */
  readonly lostAnswers: number;
  /** In how many formats the emulator renders an image of 24 megapixels. */
  readonly largeFormats: number;
  /** Jobs that are accepted while fal's account is locked. */
  readonly backlog: number;
  /** Jobs that a caller lists, page by page. */
  readonly listedJobs: number;
  /** Whether tests run on DynamoDB Local, too, where Java is found; dynalite is always used. */
  readonly java: boolean;
  /** Whether the stack is synthesized once more, from a checkout at another depth. */
  readonly synthesizesTwice: boolean;
  /** Whether cdk-nag, and cfn-lint where it is installed, look at the template; each takes a quarter of a minute. */
  readonly lintsTemplate: boolean;
  /** Whether clients are generated from the API's document, with generators that are installed for that. */
  readonly generators: boolean;
  /** Whether a figure of `npm run bench` is measured. */
  readonly benches: boolean;
}

/** The variable in which vitest.config.ts hands the mode on. */
export const MODE_VARIABLE = "TEST_MODE";

const all: Effort = {
  schedules: 5_000,
  kills: 20,
  sequences: 200,
  jobsAtOnce: 200,
  bulkJobs: 50_000,
  jobsOfTwoReleases: 200,
  propertyCases: 1,
  mutatedFiles: 2_000,
  samplesAtEmulator: true,
  largeUpload: true,
  shells: ["bash", "zsh"],
  lostAnswers: 10,
  largeFormats: 4,
  backlog: 10_000,
  listedJobs: 1_000,
  java: true,
  synthesizesTwice: true,
  lintsTemplate: true,
  generators: true,
  benches: true,
};
const part: Effort = {
  schedules: 400,
  kills: 2,
  sequences: 10,
  jobsAtOnce: 50,
  bulkJobs: 2_000,
  jobsOfTwoReleases: 0,
  propertyCases: 0.125,
  mutatedFiles: 300,
  samplesAtEmulator: false,
  largeUpload: false,
  shells: ["bash"],
  lostAnswers: 3,
  largeFormats: 0,
  backlog: 500,
  listedJobs: 100,
  java: false,
  synthesizesTwice: false,
  lintsTemplate: false,
  generators: false,
  benches: false,
};

/**
 * The effort of this run. `SCHEDULES`, `KILLS`, `SEQUENCES`, `MUTATED_FILES`, `PROPERTY_EFFORT` and
 * `DYNAMODB_ENGINE=java` change one part.
 */
export const effort: Effort = readEffort(process.env);

function readEffort({
  SCHEDULES,
  KILLS,
  SEQUENCES,
  MUTATED_FILES,
  PROPERTY_EFFORT = "1",
  DYNAMODB_ENGINE,
  [MODE_VARIABLE]: mode,
}: NodeJS.ProcessEnv): Effort {
  const chosen = mode === "all" ? all : part;
  return {
    ...chosen,
    schedules: Number(SCHEDULES ?? chosen.schedules),
    kills: Number(KILLS ?? chosen.kills),
    sequences: Number(SEQUENCES ?? chosen.sequences),
    mutatedFiles: Number(MUTATED_FILES ?? chosen.mutatedFiles),
    propertyCases: chosen.propertyCases * Number(PROPERTY_EFFORT),
    java: chosen.java || DYNAMODB_ENGINE === "java",
  };
}
