import { beforeAll, describe, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";

let made: string[] = [];

beforeAll(async () => {
  for (let n = 0; n < 130; n += 10) {
    made.push(...(await Promise.all(Array.from({ length: 10 }, (_, i) => makePool({ PoolName: `pool ${n + i}` })))));
  }
}, 60_000);

async function walk(MaxResults: number): Promise<{ Id: string; Name: string }[][]> {
  const pages: { Id: string; Name: string }[][] = [];
  let NextToken: string | undefined;
  do {
    const page = await call("ListUserPools", { MaxResults, NextToken });
    pages.push(page.UserPools);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return pages;
}

describe("ListUserPools", () => {
  it.each([
    [60, [60, 60, 10]],
    [26, [26, 26, 26, 26, 26]],
    [43, [43, 43, 43, 1]],
  ])("names each of 130 pools exactly once in pages of %i", async (size, lengths) => {
    const pages = await walk(size);
    expect(pages.map((page) => page.length)).toEqual(lengths);
    expect(
      pages
        .flat()
        .map(({ Id }) => Id)
        .sort(),
    ).toEqual([...made].sort());
  });

  it("describes a pool in short", async () => {
    const [[pool] = []] = await walk(60);
    expect(pool).toEqual({
      Id: expect.stringMatching(/^us-east-1_/),
      Name: expect.stringMatching(/^pool \d+$/),
      LambdaConfig: {},
      CreationDate: expect.any(Number),
      LastModifiedDate: expect.any(Number),
    });
  });

  it("goes on behind a pool that was deleted meanwhile", async () => {
    const first = await call("ListUserPools", { MaxResults: 50 });
    const last = first.UserPools.at(-1).Id;
    await call("DeleteUserPool", { UserPoolId: last });
    made = made.filter((id) => id !== last);
    const { UserPools } = await call("ListUserPools", { MaxResults: 60, NextToken: first.NextToken });
    const seen = [...first.UserPools, ...UserPools].map(({ Id }: { Id: string }) => Id);
    expect(new Set(seen).size).toBe(110);
  });

  it("refuses a token that is altered, made up, or of another list", async () => {
    const { NextToken } = await call("ListUserPools", { MaxResults: 1 });
    const altered = `${NextToken.slice(0, -2)}${NextToken.endsWith("AA") ? "BB" : "AA"}`;
    for (const token of [altered, "made-up", `${NextToken}A`]) {
      await expect(call("ListUserPools", { MaxResults: 1, NextToken: token })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
    await expect(call("ListUserPoolClients", { UserPoolId: made[0], MaxResults: 1, NextToken })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Invalid pagination token given.",
    });
  });
});
