import { startFal } from "./fal.ts";
import { planJobs } from "./plan.ts";
import { aiSdkThroughUs } from "./rows/ai-sdk-through-us.ts";
import { falClientThroughUs } from "./rows/fal-client-through-us.ts";
import { native } from "./rows/native.ts";
import { runRow } from "./run-row.ts";
import { startStack } from "./stack.ts";

const emulator = await startFal();
const n = Number(process.argv[2] ?? 40);
let t = Date.now();
const stack = await startStack(emulator.url);
console.log("stack", (Date.now() - t) / 1000);
for (const row of [native, falClientThroughUs, aiSdkThroughUs]) {
  if (process.argv[3] && row.name !== process.argv[3]) continue;
  t = Date.now();
  const c = process.cpuUsage();
  const program = await row.open({ falUrl: emulator.url }, stack);
  const { wrong, ...tally } = await runRow(program, planJobs(1, n, row.name), emulator);
  await program.close();
  const u = process.cpuUsage(c);
  console.log(
    row.name,
    ((Date.now() - t) / 1000).toFixed(1),
    ((u.user + u.system) / 1e6).toFixed(1),
    JSON.stringify(tally),
  );
  if (process.argv[4]) console.log(wrong.slice(0, 30).join("\n"));
}
await stack.close();
await emulator.close();
