import { startFalEmulator } from "../../local/fal/emulator.ts";

// A separate process that tests can kill: `emulator-process.ts <dataDir> <renderSeconds>`; prints its address.
const [dataDir, renderSeconds] = process.argv.slice(2);
const { url } = await startFalEmulator({ dataDir, renderSeconds: Number(renderSeconds), webhookRetryMs: 100 });
process.stdout.write(`${url}\n`);
