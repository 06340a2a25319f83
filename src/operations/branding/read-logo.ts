import { toBase64 } from "../../lib/encoding.ts";
import { Refusal } from "../../lib/refusal.ts";

/** Bytes. Amazon Cognito: hosted UI (classic) branding, custom logo. */
const LARGEST = 102_400;

/** Each begins with these bytes (W3C Portable Network Graphics §5.2; ITU-T T.81 §B.1.1.3, SOI and the marker after it). */
const KINDS: readonly { type: string; begins: readonly number[] }[] = [
  { type: "image/png", begins: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/jpeg", begins: [0xff, 0xd8, 0xff] },
];

/** A logo as it is kept. @throws Refusal InvalidParameterException where it is too large, or neither PNG nor JPEG */
export function readLogoFile(bytes: Uint8Array): { image: string; imageType: string } {
  if (bytes.length > LARGEST) {
    throw new Refusal("InvalidParameterException", `The image is larger than ${LARGEST / 1024} KB.`);
  }
  const kind = KINDS.find(({ begins }) => begins.every((byte, at) => bytes[at] === byte));
  if (!kind) throw new Refusal("InvalidParameterException", "The image must be a PNG or JPEG file.");
  return { image: toBase64(bytes), imageType: kind.type };
}
