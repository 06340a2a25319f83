import type { Operation } from "./operation.ts";

/** The operations of AWSCognitoIdentityService that are built, by their names on the wire. */
export const identityPools: ReadonlyMap<string, Operation> = new Map(Object.entries({}));
