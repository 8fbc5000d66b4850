import { startFal } from "./fal.ts";
import { planJobs } from "./plan.ts";
import { aiSdk, carefulAiSdk } from "./rows/ai-sdk.ts";
import { carefulFalClient, falClient } from "./rows/fal-client.ts";
import { pollingWorker } from "./rows/polling-worker.ts";
import { carefulWebhookHandler, webhookHandler } from "./rows/webhook-handler.ts";
import { runRow } from "./run-row.ts";

const emulator = await startFal();
const n = Number(process.argv[2] ?? 40);
for (const row of [
  falClient,
  carefulFalClient,
  aiSdk,
  carefulAiSdk,
  webhookHandler,
  carefulWebhookHandler,
  pollingWorker,
]) {
  if (process.argv[3] && row.name !== process.argv[3]) continue;
  const t = Date.now();
  const c = process.cpuUsage();
  const { wrong, ...tally } = await runRow(row, planJobs(1, n), emulator);
  const u = process.cpuUsage(c);
  console.log(
    row.name,
    ((Date.now() - t) / 1000).toFixed(1),
    ((u.user + u.system) / 1e6).toFixed(1),
    JSON.stringify(tally),
  );
  if (process.argv[4]) console.log(wrong.slice(0, 30).join("\n"));
}
await emulator.close();
