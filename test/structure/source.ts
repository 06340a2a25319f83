import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** Every file of a folder that has one of the endings: text by path from that folder. */
export function readFolder(folder: string, endings: RegExp): Map<string, string> {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );
  return new Map(
    paths
      .filter((path) => endings.test(path))
      .sort()
      .map((path) => [path, readFileSync(join(root, folder, path), "utf8")]),
  );
}
