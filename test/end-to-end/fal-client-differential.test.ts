import { createFalClient } from "@fal-ai/client";
import pLimit from "p-limit";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { compare, type Mismatch } from "../differential/compare.ts";
import { type Gates, startGates } from "../differential/gate.ts";
import { play } from "../differential/play.ts";
import { endpoints } from "../differential/step.ts";
import { writeSequence } from "../differential/write-sequence.ts";
import { effort } from "../effort.ts";
import { seededRandom } from "../simulation/random.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { PICTURES } from "../support/pictures.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { straightTo, throughUs } from "./fal-client.ts";

const { sequences } = effort;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** Only this sequence, for debugging. */
const only = process.env.ONLY === undefined ? undefined : Number(process.env.ONLY);
const atOnce = 8;
const renderSeconds = 0.2;
const falKey = "the-service's-own-key";
let emulator: FalEmulator;
let stack: EmulatorStack;
let gates: Gates;

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds, runners: 100, endpointIds: [endpoints.any] });
  gates = await startGates(PICTURES["image/png"]);
  stack = await startWithEmulator({
    FAL_ENDPOINT_URL: emulator.url,
    FAL_KEY: falKey,
    FAL_ENDPOINT_IDS: [endpoints.lucy, endpoints.lucyOther, endpoints.any].join(","),
    FIRST_CHECK_SECONDS: "1",
  });
});

afterAll(async () => {
  await stack?.close();
  await emulator?.close();
  await gates?.close();
});

it(`${sequences} random call sequences (SEED=${seed}) look the same to fal's client here as at fal`, async () => {
  const met = new Map<string, number>();
  const turn = pLimit(atOnce);
  const places = Array.from({ length: sequences }, (_, place) => place).filter((place) => place === (only ?? place));
  const mismatches = await Promise.all(places.map((place) => turn(() => playTwice(place, met))));
  console.log(`SEED=${seed}: accepted differences met`, Object.fromEntries(met));
  expect(mismatches.flat().join("\n\n")).toBe("");
});

/** One sequence on both sides at the same time. Each side has its own prompts, so neither gets the other's faults. */
async function playTwice(place: number, met: Map<string, number>) {
  const sequence = writeSequence(seededRandom(seed * 1_000 + place));
  const common = { gates, addFault: emulator.addFault };
  const [direct, ours] = await Promise.all([
    play(sequence, { ...common, client: createFalClient(straightTo(emulator.url)), mark: `${place}-direct-` }),
    play(sequence, { ...common, client: createFalClient(throughUs(stack.url)), mark: `${place}-ours-` }),
  ]);
  const differs = compare(sequence, direct, ours, (id) => met.set(id, (met.get(id) ?? 0) + 1));
  return differs.map((mismatch) => tell(place, mismatch));
}

/** A readable sequence, with the command that replays it. */
function tell(place: number, { step, direct, ours }: Mismatch): string {
  const again = `SEED=${seed} ONLY=${place}: ${JSON.stringify(step)}`;
  const told = [again, `  at fal: ${JSON.stringify(direct)}`, `  here:   ${JSON.stringify(ours)}`].join("\n");
  return told.replaceAll(/A{100,}/g, "A…");
}
