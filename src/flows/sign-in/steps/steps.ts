import type { Step } from "../sign-in.ts";
import { newPasswordRequired } from "./new-password-required.ts";
import { passwordVerifier } from "./password-verifier.ts";

/** Every challenge that is built. Those that stored facts can ask for are asked in this order. */
export const steps: readonly Step[] = [passwordVerifier, newPasswordRequired];
