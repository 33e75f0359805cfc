/** Paths as parameters: in their shortest spelling, so that approvals and records see one name of each file. */

import { z } from "zod";
import { joinPath, parsePath } from "../../workspace/workspace_path.ts";

/** The path of a file or directory. */
export const PATH = z.string().transform((path) => joinPath(parsePath(path)));

/** The pattern of a glob. */
export const GLOB = z.string().min(1).max(1_000);
