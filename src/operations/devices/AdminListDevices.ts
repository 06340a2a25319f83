import type {
  AdminListDevicesCommandInput,
  AdminListDevicesCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { devicesOf } from "../../directory/devices.ts";
import { subOf, userByName } from "../../directory/users.ts";
import { deviceConfiguration } from "../../flows/devices.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toAdminDeviceType } from "./device-shape.ts";

/** Amazon Cognito API: AdminListDevices. In order of their keys. */
export const AdminListDevices = signed<AdminListDevicesCommandInput, AdminListDevicesCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    deviceConfiguration(pool);
    const question = ["AdminListDevices", pool.id, input.Username];
    const [after] = (await openPageToken<[string]>(call, question, input.PaginationToken)) ?? [];
    const size = pageSize(input.Limit);
    const [[user], rows] = await call.db.batch([
      userByName(call.db, pool, input.Username),
      devicesOf(call.db, pool.id, subOf(pool, input.Username), size + 1, after),
    ]);
    if (!user) throw userNotFound();
    const { page, last } = cutPage(rows, size);
    return {
      Devices: page.map((device) => toAdminDeviceType(call, device, user)),
      ...(last && { PaginationToken: await sealPageToken(call, question, [last.key]) }),
    };
  },
);
