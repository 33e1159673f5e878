// Draws the timeline of a drill from a report.json: node scripts/report-picture.ts report.json DRILL picture.svg
import { readFileSync, writeFileSync } from "node:fs";
import { timelinePicture } from "../src/report/html/picture.ts";
import { parseReport } from "../src/report/read.ts";

const [file = "", id = "", picture = ""] = process.argv.slice(2);
const drill = parseReport(readFileSync(file, "utf8"), file).drills.find((one) => one.id === id);
if (!drill?.timeline || picture === "")
  throw new Error(`usage: report.json DRILL picture.svg; ${file} has no timeline of ${id}`);
writeFileSync(picture, timelinePicture(drill.title, drill.timeline));
