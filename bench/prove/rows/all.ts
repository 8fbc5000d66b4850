import type { Row, ServiceRow } from "../row.ts";
import { aiSdk, carefulAiSdk } from "./ai-sdk.ts";
import { aiSdkThroughUs } from "./ai-sdk-through-us.ts";
import { carefulFalClient, falClient } from "./fal-client.ts";
import { falClientThroughUs } from "./fal-client-through-us.ts";
import { native } from "./native.ts";
import { pollingWorker } from "./polling-worker.ts";
import { carefulWebhookHandler, webhookHandler } from "./webhook-handler.ts";

/** What people use instead, in the order of the table. */
export const rivals: readonly Row[] = [
  falClient,
  carefulFalClient,
  aiSdk,
  carefulAiSdk,
  webhookHandler,
  carefulWebhookHandler,
  pollingWorker,
];

/** The ways to use this service. */
export const ours: readonly ServiceRow[] = [native, falClientThroughUs, aiSdkThroughUs];
