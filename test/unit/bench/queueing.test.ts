import { expect, it } from "vitest";
import { meanWait, serversNeeded, waitShare } from "../../../bench/scaling/erlang.ts";
import { simulateCrowd } from "../../../bench/scaling/multi-server.ts";
import { openRandom } from "../../../bench/scaling/random.ts";
import { openSample } from "../../../bench/scaling/sample.ts";
import { openSimulator } from "../../../bench/scaling/simulator.ts";
import { openStation } from "../../../bench/scaling/station.ts";

const seed = 20261115;
const serviceMs = 1000;

it.each([
  [1, 0.5],
  [1, 0.8],
  [2, 0.8],
  [10, 0.9],
  [40, 0.95],
])("with %i servers that are busy for %d of the time, waits are those of M/M/c", (servers, usage) => {
  const perMinute = servers * usage * 60;
  const minutes = 200_000 / perMinute;
  const { waits } = simulateCrowd({ seed, servers, perMinute, serviceMs, spread: "exponential", minutes });
  const expected = meanWait({ servers, offered: servers * usage }, serviceMs);
  expect(waits.mean() / expected).toBeGreaterThan(0.93);
  expect(waits.mean() / expected).toBeLessThan(1.07);
});

it("as many arrivals must wait as Erlang's C formula says", () => {
  const { waits } = simulateCrowd({ seed, servers: 5, perMinute: 240, serviceMs, spread: "exponential", minutes: 800 });
  const waited = openSample();
  for (let percent = 0; percent < 100; percent++) waited.add(waits.percentile(percent / 100) > 0 ? 1 : 0);
  expect(waited.mean()).toBeCloseTo(waitShare({ servers: 5, offered: 4 }), 1);
});

it("constant service times halve the waits of one server (Pollaczek and Khinchine)", () => {
  const { waits } = simulateCrowd({ seed, servers: 1, perMinute: 48, serviceMs, spread: 0, minutes: 4000 });
  expect(waits.mean() / serviceMs).toBeCloseTo(0.8 / (2 * (1 - 0.8)), 1);
});

it("without a limit of servers, as many are busy as Little's law says, and their number is a Poisson number", () => {
  const servers = Number.POSITIVE_INFINITY;
  const { waits, busy } = simulateCrowd({ seed, servers, perMinute: 6000, serviceMs, spread: 0.3, minutes: 20 });
  expect(waits.max()).toBe(0);
  expect(busy.mean() / 100).toBeCloseTo(1, 1);
  expect(busy.percentile(0.99)).toBeGreaterThan(100 + 2.1 * 10);
  expect(busy.percentile(0.99)).toBeLessThan(100 + 2.7 * 10);
});

it("the servers that are needed keep the promise, and one fewer would not", () => {
  const [offered, limit, share] = [50, 0.5, 0.01];
  const late = (servers: number) => waitShare({ servers, offered }) * Math.exp(-(servers - offered) * limit);
  const servers = serversNeeded(offered, limit, share);
  expect(late(servers)).toBeLessThanOrEqual(share);
  expect(late(servers - 1)).toBeGreaterThan(share);
});

it("random numbers have the means they are asked for, and a seed repeats them", () => {
  const random = openRandom(seed);
  const drawn = { exponential: openSample(), around: openSample() };
  for (let count = 0; count < 100_000; count++) {
    drawn.exponential.add(random.exponential(7));
    drawn.around.add(random.around(7, 0.5));
  }
  expect(drawn.exponential.mean()).toBeCloseTo(7, 0);
  expect(drawn.around.mean()).toBeCloseTo(7, 0);
  expect(openRandom(1).next()).toBe(openRandom(1).next());
  expect(openRandom(1).next()).not.toBe(openRandom(2).next());
});

it("events happen in the order of their times, and those of one moment in the order of the calls", () => {
  const simulator = openSimulator();
  const seen: string[] = [];
  const random = openRandom(seed);
  for (let count = 0; count < 500; count++) {
    const at = random.below(50);
    simulator.after(at, () => seen.push(`${String(at).padStart(2, "0")} ${String(count).padStart(3, "0")}`));
  }
  simulator.run(100);
  expect(seen).toHaveLength(500);
  expect(seen).toEqual([...seen].sort());
  expect(simulator.now()).toBe(100);
});

it("a station serves in the order of arrival", () => {
  const simulator = openSimulator();
  const station = openStation(simulator, 2);
  const ended: string[] = [];
  for (const [name, ms] of [
    ["a", 30],
    ["b", 10],
    ["c", 10],
    ["d", 5],
  ] as const)
    station.serve(ms, () => ended.push(`${name} ${simulator.now()}`));
  expect([station.busy(), station.waiting()]).toEqual([2, 2]);
  simulator.run(100);
  expect(ended).toEqual(["b 10", "c 20", "d 25", "a 30"]);
});
