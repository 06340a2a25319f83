/** The purpose under which an exchange is sealed into SECRET_BLOCK, bound to the Session beside it. */
export const DEVICE_EXCHANGE = "device-exchange";

/** What the Session carries of an exchange; the rest is too long for it. */
export interface DeviceProgress {
  deviceKey: string;
  /** Which SECRET_BLOCK belongs to the Session. */
  exchange: string;
}
