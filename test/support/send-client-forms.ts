import { pathToFileURL } from "node:url";
import { CLIENT_FORMS, clientFormEvent } from "./client-forms.ts";
import { createMemoryService } from "./memory-service.ts";

/** What came of a form: the answer's status, what the job says, and the picture that fal was handed, as base64. */
export interface Sent {
  readonly status: number;
  readonly prompt: unknown;
  readonly metadata: unknown;
  readonly picture: string | undefined;
}

/** Sends each of the recorded forms to a service of its own, and returns what came of it, by the form's name. */
export async function sendClientForms(): Promise<Readonly<Record<string, Sent>>> {
  const sent: Record<string, Sent> = {};
  for (const name of Object.values(CLIENT_FORMS).flat()) sent[name] = await send(name);
  return sent;
}

async function send(name: string): Promise<Sent> {
  let picture: string | undefined;
  const service = createMemoryService({
    submitToFal: async () => ({ outcome: "accepted", requestId: "req-1" }),
    async uploadToFal(_access, { bytes }) {
      picture = Buffer.from(bytes).toString("base64");
      return "https://v3.fal.media/files/a";
    },
  });
  const { statusCode: status, body } = await service.submit(clientFormEvent(name));
  const { input, metadata } = JSON.parse(body);
  return { status, prompt: input?.prompt, metadata, picture };
}

// Run as a program, it prints the same as JSON, so that a test can run it on another version of Node.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(JSON.stringify(await sendClientForms()));
