/** How much of each search a run does. `npm run test:all` (`vitest run --mode all`) does all of it, every other run a part. */
export interface Effort {
  /** Schedules that the simulation plays, in all of its ranges. */
  readonly schedules: number;
  /** How often the chaos test kills the local stack. */
  readonly kills: number;
  /** Random sequences of calls that fal's client makes to the emulator and to the proxy. */
  readonly sequences: number;
  /** Whether tests run on DynamoDB Local, too, where Java is found; dynalite is always used. */
  readonly java: boolean;
  /** Whether the stack is synthesized once more, from a checkout at another depth. */
  readonly synthesizesTwice: boolean;
}

/** The variable in which vitest.config.ts hands the mode on. */
export const MODE_VARIABLE = "TEST_MODE";

const all: Effort = { schedules: 5_000, kills: 20, sequences: 200, java: true, synthesizesTwice: true };
const part: Effort = { schedules: 2_000, kills: 5, sequences: 60, java: false, synthesizesTwice: false };

/** The effort of this run. `SCHEDULES`, `KILLS`, `SEQUENCES` and `DYNAMODB_ENGINE=java` change one of its parts. */
export const effort: Effort = readEffort(process.env);

function readEffort({
  SCHEDULES,
  KILLS,
  SEQUENCES,
  DYNAMODB_ENGINE,
  [MODE_VARIABLE]: mode,
}: NodeJS.ProcessEnv): Effort {
  const { schedules, kills, sequences, java, synthesizesTwice } = mode === "all" ? all : part;
  return {
    schedules: Number(SCHEDULES ?? schedules),
    kills: Number(KILLS ?? kills),
    sequences: Number(SEQUENCES ?? sequences),
    java: java || DYNAMODB_ENGINE === "java",
    synthesizesTwice,
  };
}
