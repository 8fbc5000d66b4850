import type { Fault } from "../../local/fal/fault-schema.ts";
import type { Random } from "../simulation/random.ts";
import { anything, choices, hosted, pictures, picturesNowhere, refusedHere, wronglyFormed } from "./inputs.ts";
import { endpoints, type Order, type Sequence, type Step, type Target, type Watching } from "./step.ts";

type Story = (random: Random, label: string) => Step[];

const heldMs = 600_000;
const mostStories = 3;
const mostLooks = 4;

/**
 * Outcomes that fal's models and infrastructure report, with only a few of those that the client retries seconds
 * apart.
 */
const failures: readonly Fault[] = [
  ...(["content_policy_violation", "image_load_error", "file_too_large", "internal_server_error"] as const),
  ...(["downstream_service_error", "runner_server_error", "internal_error", "bad_request"] as const),
].map((outcome) => ({ outcome }));
const failuresAskedAgain: readonly Fault[] = [{ outcome: "generation_timeout" }, { outcome: "runner_disconnected" }];

/** fal's side effects, and network failures on the way to it and back; a caller must notice none of them. */
const troubles: readonly Fault[] = [
  { webhook: { drop: true } },
  { webhook: { duplicates: 2 } },
  { webhook: { early: true } },
  { webhook: { payload_error: true } },
  { webhook: { delay_ms: 500 } },
  { outcome: "content_policy_violation", webhook: { payload_error: true } },
  { webhook: { before: ["unsigned", "wrong_key", "stale", "foreign"] } },
  { result: "large" },
  { result: "data_uri" },
  { submit: { when: "before", answer: 429 } },
  { submit: { when: "before", answer: 422 } },
  { submit: { when: "before", answer: 403 } },
  { submit: { when: "after", answer: "reset" } },
];

const stories: readonly (readonly [weight: number, Story])[] = [
  [30, finished],
  [8, failing],
  [2, (random, label) => [finish(random, label, withFault(lucyOrder(random), random.pick(failuresAskedAgain)))]],
  [12, (random, label) => [finish(random, label, withFault(lucyOrder(random), random.pick(troubles)))]],
  [10, (random, label) => [finish(random, label, { endpoint: lucyId(random), input: random.pick(wronglyFormed) })]],
  [6, (random, label) => [finish(random, label, { endpoint: lucyId(random), input: random.pick(refusedHere) })]],
  [4, (random, label) => [finish(random, label, { endpoint: lucyId(random), input: random.pick(picturesNowhere) })]],
  [8, canceledWhileWaiting],
  [8, heldWhileWorking],
  [4, notStarted],
  [3, givenUp],
  [5, uploaded],
  [6, mistaken],
  [4, refused],
];

/** Each story as often as its weight. */
const deck = stories.flatMap(([weight, story]) => Array<Story>(weight).fill(story));

/** One to three concurrent stories of one client, each about its own request. */
export function writeSequence(random: Random): Sequence {
  const told = Array.from({ length: random.between(1, mostStories) }, (_, place) =>
    random.pick(deck)(random, "abc".charAt(place)),
  );
  const sequence: Step[] = [];
  while (told.some((steps) => steps.length > 0)) {
    const step = random.pick(told.filter((steps) => steps.length > 0)).shift();
    if (step) sequence.push(step);
  }
  return sequence;
}

function finished(random: Random, label: string): Step[] {
  return toTheEnd(random, label, random.chance(0.2) ? anyOrder(random) : lucyOrder(random));
}

function failing(random: Random, label: string): Step[] {
  return toTheEnd(
    random,
    label,
    withFault(random.chance(0.2) ? anyOrder(random) : lucyOrder(random), random.pick(failures)),
  );
}

function canceledWhileWaiting(random: Random, label: string): Step[] {
  const fault: Fault = { queue_ms: heldMs, ...(random.chance(0.3) && { cancel: "announced" as const }) };
  const order = withFault(lucyOrder(random), fault);
  return [
    { call: "submit", label, order },
    ...looksBefore(random, label, order),
    { call: "cancel", of: { label } },
    ...ending(random, label, order),
  ];
}

/** The only model whose images may be on this machine; its work waits for their download. */
function heldWhileWorking(random: Random, label: string): Step[] {
  const cancel = random.pick(["ignored", "announced", "as usual"] as const);
  const input = { prompt: "@prompt", image_url: "@gate" };
  const order = withFault({ endpoint: endpoints.any, input }, cancel === "as usual" ? {} : { cancel });
  return [
    { call: "submit", label, order },
    { call: "work", of: { label } },
    ...looksBefore(random, label, order),
    ...(random.chance(0.5) ? [{ call: "cancel", of: { label } } as const] : []),
    { call: "open", of: { label } },
    ...ending(random, label, order),
  ];
}

function notStarted(random: Random, label: string): Step[] {
  return toTheEnd(random, label, {
    ...withFault(lucyOrder(random), { queue_ms: heldMs }),
    options: { startTimeout: 2 },
  });
}

function givenUp(random: Random, label: string): Step[] {
  const order = withFault(lucyOrder(random), { queue_ms: heldMs });
  return [{ call: "give_up", label, order }, ...ending(random, label, order)];
}

function uploaded(random: Random, label: string): Step[] {
  const file = random.pick(["image/png", "image/webp", "untyped", "text"]);
  const order = {
    endpoint: lucyId(random),
    input: { prompt: "@prompt", image_url: "@upload", sync_mode: false },
  };
  return [{ call: "upload", file }, finish(random, label, order)];
}

/** Calls about unknown requests. */
function mistaken(random: Random): Step[] {
  const ids = ["764cabcf-b745-4b3e-ae38-1200304cf45b", "0", "a".repeat(200), "00000000000000000000000000000000"];
  return Array.from({ length: random.between(1, 3) }, () => look(random, { id: random.pick(ids) }, true));
}

/** Targets that are not served, empty bodies, and forbidden webhook addresses. */
function refused(random: Random, label: string): Step[] {
  const input = { prompt: "@prompt", image_url: hosted };
  const webhookUrl = random.pick(["http://10.0.0.1/told", "https://router.local/told", "no URL at all"]);
  return random.pick<Step[]>([
    [{ call: "submit", label, order: { endpoint: endpoints.unconfigured, input } }],
    [{ call: "run", label, order: { endpoint: endpoints.lucy, input } }],
    [{ call: "submit", label, order: { endpoint: lucyId(random), input: undefined } }],
    [{ call: "submit", label, order: { endpoint: lucyId(random), input, options: { webhookUrl } } }],
  ]);
}

function toTheEnd(random: Random, label: string, order: Order): Step[] {
  if (random.chance(0.5)) return [finish(random, label, order)];
  return [{ call: "submit", label, order }, ...ending(random, label, order)];
}

function ending(random: Random, label: string, order: Order): Step[] {
  const looks = Array.from({ length: random.between(1, mostLooks) }, () =>
    look(random, random.chance(0.1) ? elsewhere(label, order) : { label }, random.chance(0.4)),
  );
  return [{ call: "wait", of: { label }, how: how(random) }, ...looks];
}

function finish(random: Random, label: string, order: Order): Step {
  return { call: random.pick(["subscribe", "follow"] as const), label, order, how: how(random) };
}

function looksBefore(random: Random, label: string, order: Order): Step[] {
  return Array.from({ length: random.between(0, mostLooks) }, () => {
    const of = { label };
    return random.pick<Step>([
      { call: "status", of, logs: random.chance(0.5) },
      { call: "result", of },
      { call: "status", of: elsewhere(label, order), logs: false },
    ]);
  });
}

function look(random: Random, of: Target, cancels: boolean): Step {
  return random.pick<Step>([
    { call: "status", of, logs: random.chance(0.5) },
    { call: "stream", of, logs: random.chance(0.5) },
    { call: "result", of },
    { call: cancels ? "cancel" : "result", of },
  ]);
}

/** An existing request, under a model that it does not run on. */
function elsewhere(label: string, { endpoint }: Order): Target {
  return { label, endpoint: endpoint === endpoints.any ? endpoints.lucy : endpoints.any };
}

function lucyOrder(random: Random): Order {
  const image_url = random.pick([hosted, ...pictures]);
  const options = random.pick<NonNullable<Order["options"]>>([
    {},
    {},
    { priority: "low" },
    { startTimeout: 30 },
    { headers: { "x-fal-no-retry": "1", "x-fal-disable-fallbacks": "true" } },
    { storageSettings: { expiresIn: "7d" } },
  ]);
  return { endpoint: lucyId(random), input: { prompt: "@prompt", image_url, ...random.pick(choices) }, options };
}

function anyOrder(random: Random): Order {
  return { endpoint: endpoints.any, input: random.pick(anything) };
}

function lucyId(random: Random): string {
  return random.chance(0.8) ? endpoints.lucy : endpoints.lucyOther;
}

function withFault(order: Order, fault: Fault): Order {
  return { ...order, fault };
}

function how(random: Random): Watching {
  return { mode: random.pick(["polling", "streaming"] as const), logs: random.chance(0.5) };
}
