import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fillPage, pagePath, plotPath, tablesIn } from "../../../bench/scaling/page.ts";
import { drawPlot } from "../../../bench/scaling/plot.ts";
import { makeReport, pageSeed } from "../../../bench/scaling/report.ts";
import { defaults } from "../../../bench/scaling/service.ts";
import { DEPLOY_SETTINGS } from "../../../infra/settings.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, pagePath), "utf8");
const report = makeReport(pageSeed);

it("the figures of the page are those of a run (after an intended change: npm run bench:scaling)", () => {
  expect(page).toBe(fillPage(page, report));
});

it("the page shows every table of the run once", () => {
  expect([...tablesIn(page)].sort()).toEqual(Object.keys(report.tables).sort());
});

it.each(Object.entries(report.plots))("the plot %s is that of a run, and the page shows it", (name, plot) => {
  expect(existsSync(join(root, plotPath(name))) && readFileSync(join(root, plotPath(name)), "utf8")).toBe(
    drawPlot(plot),
  );
  expect(page).toContain(`](scaling/${name}.svg)`);
});

it("no plot is left over from an earlier run", () => {
  const files = readdirSync(join(root, "docs/internals/scaling")).sort();
  expect(files).toEqual(
    Object.keys(report.plots)
      .map((name) => `${name}.svg`)
      .sort(),
  );
});

it("a page that names an unknown table is refused", () => {
  const text = "<!-- table: nothing -->\n<!-- end -->";
  expect(() => fillPage(text, report)).toThrow("no table nothing");
});

it("the simulation starts from the defaults of the settings", () => {
  const settings = Object.fromEntries(DEPLOY_SETTINGS.map((setting) => [setting.name, setting.default]));
  expect(settings).toMatchObject(
    Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, `${value}`])),
  );
});
