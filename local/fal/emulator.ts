import { once } from "node:events";
import type { Server } from "node:http";
import { adminRoutes, type Controls, createControls } from "./admin-routes.ts";
import { authorizeWith } from "./authorize.ts";
import { openFaults } from "./faults.ts";
import { createRouteServer, type Route } from "./http.ts";
import { openJournal } from "./journal.ts";
import { type Life, startLife } from "./life.ts";
import { openMedia } from "./media.ts";
import { mediaRoutes } from "./media-routes.ts";
import { lucyEndpoints, runModel } from "./model.ts";
import { answerOutage } from "./outage.ts";
import { platformRoutes } from "./platform-routes.ts";
import { openQueue } from "./queue.ts";
import type { Delivery, FalRequest, Post } from "./records.ts";
import { createRenderer } from "./render.ts";
import { openSigningKeys } from "./signing.ts";
import { statusRoutes } from "./status-routes.ts";
import { storageRoutes } from "./storage-routes.ts";
import { submitRoutes } from "./submit-routes.ts";
import { openWebhooks } from "./webhooks.ts";

/** All optional. */
export interface FalEmulatorOptions {
  /** Port on 127.0.0.1; 0, the default, is any free one. */
  readonly port?: number;
  /** Folder for the emulator's state; without it, the state is kept in memory. */
  readonly dataDir?: string;
  /** Additional endpoints to those of Lucy; they accept any JSON object. */
  readonly endpointIds?: readonly string[];
  /** The only accepted key; without it, any key is accepted. */
  readonly falKey?: string;
  /**
   * The key that may also read bills and delete payloads. Without it no key may, unless a fault with `admin` is active.
   */
  readonly adminKey?: string;
  /** Base of the video and upload URLs it returns, without a trailing slash; its own address by default. */
  readonly publicUrl?: string;
  /**
   * Processing time of a request, 3 by default; it also waits a third of that in the queue. With 0 it ends as soon as
   * the film is rendered.
   */
  readonly renderSeconds?: number;
  /** Number of requests processed at the same time. */
  readonly runners?: number;
  /** The wait after a webhook's first failure; it doubles from then on, up to 5 minutes. */
  readonly webhookRetryMs?: number;
}

/** A running emulator. */
export interface FalEmulator extends Controls {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a stand-in for fal's queue, storage, signing keys, webhooks and platform API: `https://HOST/path` of fal's is
 * at `{url}/HOST/path`. With `dataDir` it resumes the state of the last run, even after a crash. Rejects if the port or
 * the folder is in use.
 */
export async function startFalEmulator(options: FalEmulatorOptions = {}): Promise<FalEmulator> {
  const memory = await openMemory(options);
  const routes: Route[] = [];
  const server = createRouteServer(routes, answerOutage(memory));
  try {
    server.listen(options.port ?? 0, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    await memory.journal.close();
    throw error;
  }
  const port = portOf(server);
  const url = `http://127.0.0.1:${port}`;
  const life = startLife();
  // There is no await between listening and this line, so every call finds the routes.
  const controls = assemble(options, options.publicUrl ?? url, memory, life, routes);
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await Promise.all([closed, life.end()]);
    await memory.journal.close();
  };
  return { ...controls, url, port, close };
}

type Memory = Awaited<ReturnType<typeof openMemory>>;

async function openMemory({ dataDir }: FalEmulatorOptions) {
  const journal = await openJournal(dataDir);
  const requests = await journal.table<FalRequest>("request");
  return {
    journal,
    requests,
    posts: await journal.table<Post>("post"),
    deliveries: await journal.table<Delivery>("delivery"),
    uploads: await journal.table<string>("upload"),
    keys: await openSigningKeys(journal),
    faults: await openFaults(journal, requests),
    media: await openMedia(journal, dataDir),
  };
}

function assemble(options: FalEmulatorOptions, baseUrl: string, memory: Memory, life: Life, routes: Route[]): Controls {
  const { media, faults, posts, requests, uploads } = memory;
  const renderer = createRenderer(media, life.signal);
  const authorize = authorizeWith({ ...options, allowAdmins: faults.allowAdmins });
  const webhooks = openWebhooks({ ...memory, life, retryMs: options.webhookRetryMs ?? 5_000 });
  const queue = openQueue({
    requests,
    life,
    renderSeconds: options.renderSeconds ?? 3,
    runners: options.runners ?? 8,
    runModel: (request) => runModel(request, { media, renderer, baseUrl }),
    announce: webhooks.announce,
  });
  const endpointIds = [...new Set([...lucyEndpoints, ...(options.endpointIds ?? [])])];
  const admin = { ...memory, webhooks, life };
  const controls = createControls(admin);
  routes.push(
    ...adminRoutes(controls, admin),
    ...statusRoutes({ queue, media, faults, life, authorize }),
    ...submitRoutes({ endpointIds, queue, posts, faults, life, authorize, firstDelivery: webhooks.firstDelivery }),
    ...storageRoutes({ media, uploads, authorize, baseUrl }),
    ...mediaRoutes({ media, requests, faults, life }),
    ...platformRoutes({ endpointIds, requests, faults, life, authorize }),
  );
  queue.resume();
  return controls;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The emulator is not listening on a port.");
  return address.port;
}
