import { z } from "zod";
import { stackFile } from "./schema.ts";

/** The shape of stack.yml as a JSON Schema (draft 7, the one that most editors know), for completion and hints. */
export function stackJsonSchema(): object {
  return z.toJSONSchema(stackFile, { target: "draft-7", io: "input" });
}
