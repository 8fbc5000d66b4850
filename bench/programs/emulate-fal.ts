// The fal emulator in a process of its own, so that its memory is not the service's. Says its URL, and ends with its parent.
import { startFalEmulator } from "../../local/fal/emulator.ts";

const emulator = await startFalEmulator({ renderSeconds: 0, runners: 40, webhookRetryMs: 1_000 });
process.on("disconnect", () => process.exit());
process.send?.(emulator.url);
