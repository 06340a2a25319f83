import type { Client } from "../../../src/directory/clients.ts";
import type { Attribute, ClientSettings, PoolSettings } from "../../../src/directory/pool.ts";
import type { Pool } from "../../../src/directory/pools.ts";
import { STANDARD_ATTRIBUTES } from "../../../src/mechanisms/attributes/standard.ts";

const TIMES = { createdAt: 0, updatedAt: 0, revision: "r" };

/** A pool with all standard attributes, some of them changed, and more. */
export function poolWith(more: Attribute[] = [], settings: PoolSettings = {}): Pool {
  const changed = new Map([...STANDARD_ATTRIBUTES, ...more].map((each) => [each.Name, each]));
  return {
    id: "us-east-1_test",
    name: "test",
    settings,
    attributes: [...changed.values()],
    tags: {},
    users: 0,
    ...TIMES,
  };
}

export const clientWith = (settings: ClientSettings): Client => ({
  id: "client",
  poolId: "us-east-1_test",
  name: "test",
  settings,
  secrets: [],
  ...TIMES,
});

export const custom = (name: string, more: Partial<Attribute> = {}): Attribute => ({
  Name: `custom:${name}`,
  AttributeDataType: "String",
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
  StringAttributeConstraints: {},
  ...more,
});
