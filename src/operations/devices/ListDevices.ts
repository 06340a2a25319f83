import type { ListDevicesCommandInput, ListDevicesCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { devicesOf } from "../../directory/devices.ts";
import { deviceConfiguration } from "../../flows/devices.ts";
import { withAccessToken } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toDeviceType } from "./device-shape.ts";

/** Amazon Cognito API: ListDevices. In order of their keys. */
export const ListDevices = withAccessToken<ListDevicesCommandInput, ListDevicesCommandOutput>(
  async (call, input, { pool, user }) => {
    deviceConfiguration(pool);
    const question = ["ListDevices", pool.id, user.sub];
    const [after] = (await openPageToken<[string]>(call, question, input.PaginationToken)) ?? [];
    const size = pageSize(input.Limit);
    const rows = await devicesOf(call.db, pool.id, user.sub, size + 1, after);
    const { page, last } = cutPage(rows, size);
    return {
      Devices: page.map(toDeviceType),
      ...(last && { PaginationToken: await sealPageToken(call, question, [last.key]) }),
    };
  },
);
