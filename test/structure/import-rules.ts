import { posix } from "node:path";

/** What a folder of src may import besides itself; the longest folder that fits a file is its own. Imports fall one way. */
const MAY_IMPORT: Record<string, string[]> = {
  "worker.ts": ["call.ts", "endpoints", "objects", "directory", "lib"],
  "call.ts": ["objects", "directory", "lib"],
  "env.d.ts": ["objects"],
  "endpoints/aws": ["operations", "mechanisms/callers", "call.ts", "lib"],
  "endpoints/browser": ["flows", "ui", "call.ts", "lib"],
  "endpoints/oauth": ["endpoints/browser", "flows", "mechanisms", "ui", "call.ts", "lib"],
  "endpoints/login": ["endpoints/browser", "flows", "mechanisms", "ui", "call.ts", "lib"],
  "endpoints/console": ["operations", "ui", "call.ts", "lib"],
  "endpoints/gateway": ["mechanisms/tokens", "mechanisms/federation", "call.ts", "lib"],
  "endpoints/scheduled": ["flows", "operations", "directory", "call.ts", "lib"],
  "endpoints/development": ["directory", "ui", "call.ts", "lib"],
  "endpoints/health.ts": ["mechanisms", "directory", "call.ts", "lib"],
  "endpoints/welcome.tsx": ["directory", "ui", "call.ts", "lib"],
  operations: ["flows", "mechanisms", "directory", "objects", "call.ts", "lib"],
  flows: ["mechanisms", "directory", "objects", "call.ts", "lib"],
  mechanisms: ["directory", "objects", "call.ts", "lib"],
  "mechanisms/factors": ["lib"],
  directory: ["lib"],
  objects: ["lib"],
  ui: ["lib"],
  lib: [],
  command: ["mechanisms", "lib", "endpoints/aws/model"],
};

/** Folders whose own folders are strangers to each other: they may share only the files at the root. */
const STRANGERS_WITHIN = ["operations", "flows", "mechanisms"];

/** Of those, where the files at the root list what is in the folders. */
const ROOT_LISTS = ["operations"];

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

const zoneOf = (path: string): string | undefined =>
  Object.keys(MAY_IMPORT)
    .filter((zone) => within(path, zone))
    .sort((a, b) => b.length - a.length)[0];

/** Relative imports in a file, static, dynamic or of types, as paths from src; those that leave src begin with `..`. */
export function importsOf(path: string, text: string): string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["'](\.[^"']+)["']/gm,
    /\bimport\s*\(?\s*["'](\.[^"']+)["']/g,
  ];
  const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, target]) => target as string));
  return [...new Set(found.map((target) => posix.normalize(posix.join(posix.dirname(path), target))))];
}

/** Why a file may not import another, or undefined when it may. */
function fault(from: string, to: string): string | undefined {
  const zone = zoneOf(from);
  if (zone === undefined) return "lies in no folder that the rules know";
  const shared = STRANGERS_WITHIN.find((folder) => within(from, folder) && within(to, folder));
  if (shared !== undefined) {
    const [mine, theirs] = [from, to].map((path) => path.slice(shared.length + 1).split("/")) as [string[], string[]];
    const [iAmAtRoot, theyAreAtRoot] = [mine.length === 1, theirs.length === 1];
    if (theyAreAtRoot || mine[0] === theirs[0] || (iAmAtRoot && ROOT_LISTS.includes(shared))) return undefined;
    return `${shared}/${theirs[0]} is for its own files alone`;
  }
  if (within(to, zone) || (MAY_IMPORT[zone] ?? []).some((allowed) => within(to, allowed))) return undefined;
  return `${zone} may import only ${["itself", ...(MAY_IMPORT[zone] ?? [])].join(", ")}`;
}

/** Cycles, each named once by its files in order. */
function cycles(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push(`${[...trail.slice(at), path].join(" -> ")}: imports form a cycle`);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/**
 * What is wrong with the imports of src.
 * @param files text by path from src
 * @returns a line for each fault, with the offender and the rule
 */
export function importFaults(files: Map<string, string>): string[] {
  const graph = new Map(
    [...files].map(([path, text]) => [path, importsOf(path, text).filter((target) => !target.startsWith("../"))]),
  );
  const faults = [...files.keys()]
    .filter((path) => /(?:^|\/)index\.tsx?$/.test(path))
    .map((path) => `${path}: a file is imported by its own name, not through a barrel`);
  for (const [path, targets] of graph) {
    for (const target of targets) {
      const reason = files.has(target)
        ? fault(path, target)
        : "no such file; local imports name the file with its ending";
      if (reason !== undefined) faults.push(`${path} imports ${target}: ${reason}`);
    }
  }
  return [...faults, ...cycles(graph)];
}
