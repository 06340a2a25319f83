import type { Call } from "../call.ts";
import { findDomainsOf } from "../directory/domains.ts";

/**
 * The host of a pool's own: its custom domain, else its prefix domain where prefixes have hosts; undefined where it has
 * neither. No hop while the pool's domains are known.
 */
export async function hostOfPool(call: Call, poolId: string): Promise<string | undefined> {
  const domains = await findDomainsOf(call.db, poolId, call.now);
  const custom = domains.find(({ kind }) => kind === "custom")?.domain;
  const prefix = domains.find(({ kind }) => kind === "prefix")?.domain;
  const suffix = call.settings.domainSuffix;
  return custom ?? (prefix !== undefined && suffix !== undefined ? `${prefix}.${suffix}` : undefined);
}

/**
 * Origin of a pool's endpoints, without a slash at the end: at the host of its own, else at the worker's. No hop while
 * the pool's domains are known. Scheme and port are those of the deployment, so that it holds on a developer's machine,
 * too.
 */
export async function addressOfPool(call: Call, poolId: string): Promise<string> {
  const host = await hostOfPool(call, poolId);
  if (host === undefined) return call.origin;
  const { protocol, port } = new URL(call.origin);
  return `${protocol}//${host}${port === "" ? "" : `:${port}`}`;
}
