import { settingsSchema } from "../../infra/settings.ts";
import { errorsPage } from "./errors-page.ts";
import { limitsPage } from "./limits-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { settingsPage } from "./settings-page.ts";

/** Every page that is made from code, by its path in the repository. A test compares them with the files. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/reference/limits.md", limitsPage()],
    ["docs/reference/metrics.md", metricsPage()],
    ["docs/guide/settings.md", settingsPage()],
    ["docs/guide/errors.md", errorsPage()],
    ["docs/reference/settings.schema.json", `${JSON.stringify(settingsSchema(), undefined, 2)}\n`],
  ]);
}
