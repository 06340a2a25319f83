import { env } from "cloudflare:workers";
import { type Seed, seedInto } from "./seed-into.ts";

/** Writes users into the database of the tests. @returns their subs, in order */
export const seedUsers = (poolId: string, seeds: Seed[]): Promise<string[]> => seedInto(env.DB, poolId, seeds);
