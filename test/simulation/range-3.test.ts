import { playRange } from "./play-range.ts";

playRange(3);
