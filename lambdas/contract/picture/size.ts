import { IMAGE_PARTS_MAX } from "../../limits.ts";

/** The dimensions of a picture that is whole, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The sentence about a picture whose bytes end before its format says that they do. */
export function truncated(format: string): string {
  return `is truncated: the ${format} file is incomplete; send the whole file`;
}

/** The sentence about a picture of too many segments or chunks. */
export const tooManyParts = `must consist of at most ${IMAGE_PARTS_MAX} segments or chunks`;

/** The sentence about a picture whose structure contradicts its format. `what` completes "its ...". */
export function damaged(format: string, what: string): string {
  return `is a damaged ${format}: ${what}`;
}
