/** How much of each search a run does. `npm run test:all` (`vitest run --mode all`) does all of it, every other run a part. */
export interface Effort {
  /** Schedules that the simulation plays, in all of its ranges. */
  readonly schedules: number;
  /** How often the chaos test kills the local stack. */
  readonly kills: number;
  /** Random sequences of calls that fal's client makes to the emulator and to the proxy. */
  readonly sequences: number;
  /** How often a submission whose answer is lost is tried, of each kind. */
  readonly lostAnswers: number;
  /** How many formats of large images the emulator renders. */
  readonly largeFormats: number;
  /** Whether tests run on DynamoDB Local, too, where Java is found; dynalite is always used. */
  readonly java: boolean;
  /** Whether the stack is synthesized once more, from a checkout at another depth. */
  readonly synthesizesTwice: boolean;
}

/** The variable in which vitest.config.ts hands the mode on. */
export const MODE_VARIABLE = "TEST_MODE";

const all: Effort = {
  schedules: 5_000,
  kills: 20,
  sequences: 200,
  lostAnswers: 10,
  largeFormats: 4,
  java: true,
  synthesizesTwice: true,
};
const part: Effort = {
  schedules: 1_500,
  kills: 5,
  sequences: 40,
  lostAnswers: 3,
  largeFormats: 1,
  java: false,
  synthesizesTwice: false,
};

/** The effort of this run. `SCHEDULES`, `KILLS`, `SEQUENCES` and `DYNAMODB_ENGINE=java` change one of its parts. */
export const effort: Effort = readEffort(process.env);

function readEffort({
  SCHEDULES,
  KILLS,
  SEQUENCES,
  DYNAMODB_ENGINE,
  [MODE_VARIABLE]: mode,
}: NodeJS.ProcessEnv): Effort {
  const chosen = mode === "all" ? all : part;
  return {
    ...chosen,
    schedules: Number(SCHEDULES ?? chosen.schedules),
    kills: Number(KILLS ?? chosen.kills),
    sequences: Number(SEQUENCES ?? chosen.sequences),
    java: chosen.java || DYNAMODB_ENGINE === "java",
  };
}
