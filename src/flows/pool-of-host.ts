import type { Call, Settings } from "../call.ts";
import { type Domain, findDomain } from "../directory/domains.ts";
import { findPool, type Pool } from "../directory/pools.ts";

/**
 * The domain that a host would be, whether or not it exists: below DOMAIN_SUFFIX a prefix, elsewhere a custom domain. So a
 * custom domain never shadows another pool's prefix. Undefined for the host of the worker itself.
 * @param host as in the `Host` header: any case, with or without port
 */
export function domainOfHost(
  { origin, domainSuffix }: Pick<Settings, "origin" | "domainSuffix">,
  host: string,
): Pick<Domain, "domain" | "kind"> | undefined {
  const name = host.toLowerCase().replace(/:\d*$/, "");
  if (origin !== undefined && name === new URL(origin).hostname) return undefined;
  if (domainSuffix !== undefined && `.${name}`.endsWith(`.${domainSuffix}`)) {
    const domain = name.slice(0, -domainSuffix.length - 1);
    return domain === "" || domain.includes(".") ? undefined : { kind: "prefix", domain };
  }
  return name.includes(".") ? { kind: "custom", domain: name } : undefined;
}

/**
 * The pool whose domain a host is, no older than five seconds; one hop at most. Undefined for the worker's own host and for
 * any that is no pool's domain.
 * @param host as in the `Host` header: any case, with or without port
 */
export async function poolOfHost(call: Call, host: string): Promise<Pool | undefined> {
  const wanted = domainOfHost(call.settings, host);
  const domain = wanted && (await findDomain(call.db, wanted.domain, call.now));
  return domain && domain.kind === wanted.kind ? findPool(call.db, domain.poolId, call.now) : undefined;
}
