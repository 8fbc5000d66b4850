import { beforeEach, expect, it, vi } from "vitest";
import type { Picture } from "../../../console/picture.ts";
import type { Job } from "../../../console/types.ts";

const kept = new Map<string, string>();
const storage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => kept.set(name, value),
  removeItem: (name: string) => kept.delete(name),
};
vi.stubGlobal("document", { querySelector: () => null, hidden: false });
vi.stubGlobal("navigator", { onLine: true });
vi.stubGlobal("sessionStorage", storage);
vi.stubGlobal("localStorage", storage);

interface Sent {
  readonly path: string;
  readonly key: string | null;
  readonly imageUrl: unknown;
}

/** What each `POST /jobs` gets in turn; then a job. */
let answers: (Response | "lost")[];
let sent: Sent[];
let uploads: number;
let page: typeof import("../../../console/draft.ts");

beforeEach(async () => {
  kept.clear();
  answers = [];
  sent = [];
  uploads = 0;
  vi.stubGlobal(
    "fetch",
    async (path: string, { headers, body }: { headers: Record<string, string>; body: unknown }) => {
      if (path === "/uploads")
        return Response.json({ upload_url: "/put", upload_headers: {}, image_url: `upload:${++uploads}` });
      if (path === "/put") return new Response();
      const input = typeof body === "string" ? JSON.parse(body).input : {};
      sent.push({ path, key: new Headers(headers).get("idempotency-key"), imageUrl: input.image_url });
      const answer = answers.shift() ?? Response.json({ id: "a" });
      if (answer === "lost") throw new TypeError("Failed to fetch");
      return answer;
    },
  );
  await load();
  page.draft.prompt.value = "waves";
  page.draft.imageUrl.value = "https://example.com/a.jpg";
});

it("the same form is the same job after a lost answer and refusals, until it has been answered", async () => {
  answers = ["lost", problem(429, "too_many_requests"), problem(401, "unauthorized")];
  for (let time = 0; time < 3; time++) await expect(page.submitDraft()).rejects.toThrow();
  await page.submitDraft();
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
  await page.submitDraft();
  expect(new Set(sent.map(({ key }) => key)).size).toBe(2);
});

it("the same form is the same job after another one was tried, and after the page was loaded again", async () => {
  answers = ["lost", "lost"];
  await expect(page.submitDraft()).rejects.toThrow();
  page.draft.prompt.value = "clouds";
  await expect(page.submitDraft()).rejects.toThrow();
  await load();
  page.draft.prompt.value = "waves";
  page.draft.imageUrl.value = "https://example.com/a.jpg";
  await page.submitDraft();
  expect(sent[2]?.key).toBe(sent[0]?.key);
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
});

it("a big picture that is chosen again after a lost answer is the one that was uploaded", async () => {
  answers = ["lost"];
  page.draft.picture.value = bigPicture();
  await expect(page.submitDraft()).rejects.toThrow();
  page.draft.picture.value = bigPicture();
  await page.submitDraft();
  expect(sent[1]).toEqual(sent[0]);
  expect(uploads).toBe(1);
});

it("a key that stands for a deleted job is used no more", async () => {
  answers = ["lost", problem(409, "job_deleted")];
  for (let time = 0; time < 2; time++) await expect(page.submitDraft()).rejects.toThrow();
  await page.submitDraft();
  expect(sent[2]?.key).not.toBe(sent[1]?.key);
});

it("editing a job of another model keeps what is no text, and needs no prompt", async () => {
  const input = { prompt: ["a", "b"], image_url: { file: 1 }, steps: 4 };
  page.editJob({ endpoint: "owner/any-model", input } as unknown as Job);
  await page.submitDraft();
  expect(page.bodyOf("").input).toEqual(input);
});

/** The page's modules as when it is opened. */
async function load() {
  vi.resetModules();
  page = await import("../../../console/draft.ts");
}

function problem(status: number, code: string): Response {
  return Response.json({ code, detail: code }, { status });
}

function bigPicture(): Picture {
  const file = new File([new Uint8Array(4_000_000)], "big.jpg", { type: "image/jpeg", lastModified: 1 });
  return { file, preview: "", width: 1, height: 1 };
}
