import { bodyOf, draft, endpoint, fieldsOf, isInline } from "./draft.ts";
import { publicUrl } from "./session.ts";

export const LANGUAGES = ["curl", "fetch", "fal client", "Python"] as const;
export type Language = (typeof LANGUAGES)[number];

const IMAGE = "https://example.com/picture.jpg";

/** The very request of the form as code. The key is left to who runs it. Throws if the form's JSON cannot be read. */
export function snippet(language: Language): string {
  const picture = draft.picture.value;
  const file = picture?.file.name;
  const url = draft.imageUrl.value.trim() || IMAGE;
  const inline = picture !== undefined && isInline(picture);
  if (language === "fal client") return falClient(file, url);
  if (inline && file !== undefined) return withForm(language, file);
  return withJson(language, JSON.stringify(bodyOf(file === undefined ? url : IMAGE_FROM_UPLOADS), undefined, 2));
}

const IMAGE_FROM_UPLOADS = "image_url of POST /uploads";

function withForm(language: Exclude<Language, "fal client">, file: string): string {
  const fields = fieldsOf();
  if (language === "curl") {
    const lines = fields.map(([name, value]) => `  --form-string ${shell(`${name}=${value}`)} \\\n`).join("");
    return `curl ${shell(`${publicUrl}/jobs`)} -H "x-api-key: $API_KEY" \\\n  -H ${shell("idempotency-key: my-first-job")} \\\n${lines}  -F ${shell(`image=@${quotedName(file)}`)}`;
  }
  if (language === "Python") {
    const data = fields.map(([name, value]) => `        ${python(name)}: ${python(value)},\n`).join("");
    return `import os, requests\n\njob = requests.post(\n    ${python(`${publicUrl}/jobs`)},\n    headers={"x-api-key": os.environ["API_KEY"], "idempotency-key": "my-first-job"},\n    data={\n${data}    },\n    files={"image": open(${python(file)}, "rb")},\n).json()\nprint(job["status"], job["links"]["self"])`;
  }
  const appends = fields
    .map(([name, value]) => `form.append(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join("");
  return `import { openAsBlob } from "node:fs";\n\nconst form = new FormData();\n${appends}form.append("image", await openAsBlob(${JSON.stringify(file)}), ${JSON.stringify(file)});\nconst response = await fetch(${JSON.stringify(`${publicUrl}/jobs`)}, {\n  method: "POST",\n  headers: { "x-api-key": process.env.API_KEY, "idempotency-key": "my-first-job" },\n  body: form,\n});\nconsole.log(await response.json());`;
}

function withJson(language: Exclude<Language, "fal client">, body: string): string {
  if (language === "curl") {
    return `curl ${shell(`${publicUrl}/jobs`)} -H "x-api-key: $API_KEY" \\\n  -H ${shell("idempotency-key: my-first-job")} -H ${shell("content-type: application/json")} \\\n  -d ${shell(body)}`;
  }
  if (language === "Python") {
    return `import json, os, requests\n\njob = requests.post(\n    ${python(`${publicUrl}/jobs`)},\n    headers={"x-api-key": os.environ["API_KEY"], "idempotency-key": "my-first-job"},\n    json=json.loads(${python(body)}),\n).json()\nprint(job["status"], job["links"]["self"])`;
  }
  return `const response = await fetch(${JSON.stringify(`${publicUrl}/jobs`)}, {\n  method: "POST",\n  headers: {\n    "x-api-key": process.env.API_KEY,\n    "idempotency-key": "my-first-job",\n    "content-type": "application/json",\n  },\n  body: JSON.stringify(${body.replaceAll("\n", "\n  ")}),\n});\nconsole.log(await response.json());`;
}

function falClient(file: string | undefined, url: string): string {
  const { input } = bodyOf("");
  const { image_url: _, ...rest } = input as Readonly<Record<string, unknown>>;
  const fields = JSON.stringify(rest, undefined, 2)
    .replace(/\n?\}$/, "")
    .replaceAll("\n", "\n  ");
  const image = file === undefined ? JSON.stringify(url) : `await openAsBlob(${JSON.stringify(file)})`;
  const opening = file === undefined ? "" : 'import { openAsBlob } from "node:fs";\n';
  return `import { fal } from "@fal-ai/client";\n${opening}\nfal.config({\n  proxyUrl: { url: ${JSON.stringify(`${publicUrl}/fal/proxy`)}, when: "always" },\n  requestMiddleware: async (request) => ({\n    ...request,\n    headers: { ...request.headers, "x-api-key": process.env.API_KEY },\n  }),\n});\nconst { data } = await fal.subscribe(${JSON.stringify(endpoint.value)}, {\n  input: ${fields},\n    "image_url": ${image}\n  },\n});\nconsole.log(data.video.url);`;
}

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** curl reads `;` and `,` in a file's name as its own, unless the name is in quotes. */
function quotedName(file: string): string {
  return /[;,"\\]/.test(file) ? `"${file.replaceAll(/["\\]/g, "\\$&")}"` : file;
}

/** JSON's texts are Python's, too. */
function python(text: string): string {
  return JSON.stringify(text);
}
