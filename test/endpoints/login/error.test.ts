import { expect, test } from "vitest";
import { get } from "../../fetch.ts";
import { logged } from "./apps-to-leave.ts";

test.each(["?%", "?error=%ff", `?error=${"x".repeat(65_536)}`])(
  "the error page is shown for an address that cannot be read, too, and is no fault of ours: %.20s",
  async (query) => {
    const failures = logged("failed");
    const response = await get(`/error${query}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Something went wrong");
    expect(failures()).toEqual([]);
  },
);
