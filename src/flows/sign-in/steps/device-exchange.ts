import type { Exchange } from "../../../mechanisms/factors/srp.ts";

/** The purpose under which an exchange is sealed into SECRET_BLOCK, bound to the Session beside it. */
export const DEVICE_EXCHANGE = "device-exchange";

/** What SECRET_BLOCK carries: too long for a Session. */
export interface DeviceExchange extends Exchange {
  /** SRP_A */
  A: string;
}

/** What the Session carries of it. */
export interface DeviceProgress {
  deviceKey: string;
  /** Which SECRET_BLOCK belongs to the Session. */
  exchange: string;
}
