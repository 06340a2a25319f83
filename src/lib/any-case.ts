/**
 * Finds how a path is spelled among those that are known, whatever case it is written in; any other stays as it is. Of known
 * paths that differ in case alone, the first counts.
 * @param known patterns of routes; those with a parameter or a wildcard stand for many paths, and are left out
 */
export function inAnyCase(known: Iterable<string>): (path: string) => string {
  const spellings = new Map<string, string>();
  for (const path of known) {
    const lower = path.toLowerCase();
    if (!/[:*]/.test(path) && !spellings.has(lower)) spellings.set(lower, path);
  }
  return (path) => spellings.get(path.toLowerCase()) ?? path;
}
