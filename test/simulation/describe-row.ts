import { isTombstone, type Row } from "./table.ts";

/** A row in one line, for replaying a schedule. `now` in epoch milliseconds. */
export function describeRow(row: Row, now: number): string {
  if (isTombstone(row)) return `row ${row.id.slice(0, 6)} is deleted`;
  const attempt = row.attempt ? ` attempt ${row.attempt.number} ${row.attempt.outcome}` : "";
  const due = row.due_at === undefined ? "not due" : `due +${Math.round((row.due_at - now) / 1000)} s`;
  const copies = row.archive_attempts ? ` copy ${row.archive_attempts}` : "";
  const kept = row.video_key ? " kept" : "";
  const told = row.delivery ? ` told ${row.delivery.attempts} ${row.delivery.ended ?? ""}` : "";
  return `row ${row.id.slice(0, 6)} v${row.version} ${row.status}${attempt}${copies}${kept}${told}: ${row.timeline.at(-1)?.event} ${due}`;
}
