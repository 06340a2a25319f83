import type { Call } from "../call.ts";
import { type SignedIn, signedIn } from "../flows/signed-in.ts";

/**
 * An input of the SDK after validation: members that the model requires are there. (The SDK types them as possibly
 * undefined, since it leaves the check to the service.)
 */
export type Checked<T> = T extends (infer Item)[]
  ? Checked<Item>[]
  : T extends Uint8Array | Date
    ? T
    : T extends object
      ? { [Key in keyof T]: object extends Pick<T, Key> ? Checked<T[Key]> : Checked<NonNullable<T[Key]>> }
      : T;

/** An output of the SDK without what the SDK adds itself. Dates become epoch seconds, bytes base64, at the endpoint. */
export type Answer<T> = Omit<T, "$metadata">;

/** One operation of the AWS API, behind its checks: signature or none by the service model, input by the model's constraints. */
export interface Operation {
  /** What the body runs on; a test holds it against the service model. */
  authority: "signed" | "access-token" | "none";
  run(call: Call, input: never): Promise<unknown>;
}

/** An operation of an administrator, whose signature the endpoint has checked. */
export const signed = <Input, Output = void>(
  run: (call: Call, input: Checked<Input>) => Promise<Output extends void ? void : Answer<Output>>,
): Operation => ({ authority: "signed", run: run as Operation["run"] });

/** An operation that proves itself by its input: a client id with its secret hash, a token, a code. */
export const open = <Input, Output = void>(
  run: (call: Call, input: Checked<Input>) => Promise<Output extends void ? void : Answer<Output>>,
): Operation => ({ authority: "none", run: run as Operation["run"] });

/**
 * An operation of a signed-in user on their own account. The access token is checked against signature, expiry, scope
 * and revocation before the body runs, in one hop that also reads the user.
 */
export const withAccessToken = <Input extends { AccessToken?: string | undefined }, Output = void>(
  run: (call: Call, input: Checked<Input>, self: SignedIn) => Promise<Output extends void ? void : Answer<Output>>,
): Operation => ({
  authority: "access-token",
  run: (async (call: Call, input: Checked<Input>) =>
    run(call, input, await signedIn(call, (input as { AccessToken?: string }).AccessToken ?? ""))) as Operation["run"],
});
