import { Refusal } from "../../lib/refusal.ts";

/** The user needs no confirmation any more. Told only of those of whom a client may be told (`isPublicName`). */
export class ConfirmedAlready extends Refusal {}
