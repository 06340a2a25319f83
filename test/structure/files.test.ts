import { expect, test } from "vitest";
import { readFolder } from "./source.ts";

const LONGEST = 300;

interface Journal {
  entries: { idx: number; when: number; tag: string }[];
}

test(`no source file is longer than ${LONGEST} lines`, () => {
  const long = [...readFolder("src", /\.tsx?$/)].map(
    ([path, text]) => [path, text.trimEnd().split("\n").length] as const,
  );
  expect(long.filter(([, lines]) => lines > LONGEST)).toEqual([]);
});

test("migrations are numbered without a gap, each with its SQL and its snapshot, and none stands outside the journal", () => {
  const files = readFolder("migrations", /\.(?:sql|json)$/);
  const { entries } = JSON.parse(files.get("meta/_journal.json") as string) as Journal;
  const number = (idx: number) => String(idx).padStart(4, "0");
  expect(entries.map((entry) => entry.idx)).toEqual(entries.map((_, at) => at));
  expect(entries.map((entry) => entry.tag.slice(0, 5))).toEqual(entries.map((entry) => `${number(entry.idx)}_`));
  expect(entries.map((entry) => entry.when)).toEqual(entries.map((entry) => entry.when).sort((a, b) => a - b));
  expect([...files.keys()].sort()).toEqual(
    [
      "meta/_journal.json",
      ...entries.flatMap(({ idx, tag }) => [`${tag}.sql`, `meta/${number(idx)}_snapshot.json`]),
    ].sort(),
  );
});

test("a migration continues from the one before it", () => {
  const snapshots = [...readFolder("migrations", /_snapshot\.json$/).values()].map((text) => JSON.parse(text));
  expect(snapshots.slice(1).map((snapshot) => snapshot.prevId)).toEqual(
    snapshots.slice(0, -1).map((snapshot) => snapshot.id),
  );
});
