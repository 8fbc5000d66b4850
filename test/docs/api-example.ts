import createClient from "openapi-fetch";
import type { paths } from "../../client/api.ts";

const api = createClient<paths>({ baseUrl: "http://localhost:4000", headers: { "x-api-key": "local-key" } });
const { data, error } = await api.POST("/jobs", {
  params: { header: { Prefer: "wait=20" } },
  body: { input: { prompt: "gulls rise", image_url: "https://example.com/bay.jpg" } },
});
console.log(error ?? data);
