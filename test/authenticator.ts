// An authenticator in software, with the browser before it (Web Authentication Level 3 §6): makes passkeys and proves them.
// It keeps to the rules unless a test says otherwise.
import { concat, fromBase64Url, toBase64Url, utf8 } from "../src/lib/encoding.ts";
import { sha256 } from "../src/lib/hash.ts";
import { type Cbor, toCbor } from "./cbor.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** As StartWebAuthnRegistration gives them. */
interface CreationOptions {
  rp: { id: string };
  user: { id: string };
  challenge: string;
  excludeCredentials?: { id: string }[];
}

/** As CREDENTIAL_REQUEST_OPTIONS has them. */
interface RequestOptions {
  rpId?: string;
  challenge: string;
  allowCredentials?: { id: string }[];
}

/** What a passkey is made with. */
export const KEYS = {
  ES256: { alg: -7, make: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
  RS256: {
    alg: -257,
    make: {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2_048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    },
    sign: { name: "RSASSA-PKCS1-v1_5" },
  },
} as const;

/** A passkey, as its authenticator keeps it. */
export interface SoftKey {
  id: string;
  rpId: string;
  userHandle: string;
  kind: keyof typeof KEYS;
  keys: CryptoKeyPair;
  counter: number;
}

/** What both ceremonies may have otherwise. */
interface Ways {
  /** Of the page; `https://` and the relying party id unless said. */
  origin?: string;
  /** The relying party that is signed for. */
  rpId?: string;
  challenge?: string;
  type?: string;
  crossOrigin?: boolean;
  topOrigin?: string;
  /** Flags of authenticator data: whether somebody was there, and whether they were verified. */
  present?: boolean;
  verified?: boolean;
  /** Whether the passkey may be copied to other devices. */
  eligible?: boolean;
}

export interface CreationWays extends Ways {
  kind?: keyof typeof KEYS;
  id?: Bytes;
  aaguid?: string;
  counter?: number;
  /** The COSE key in the place of the right one. */
  publicKey?: (own: Map<number, Cbor>) => Cbor;
  /** Format and statement of attestation. */
  attestation?: (sign: (data: Bytes) => Promise<Bytes>, signed: Bytes) => Promise<{ fmt: string; attStmt: Cbor }>;
  transports?: string[];
  attachment?: string;
}

export interface ProofWays extends Ways {
  /** Of the authenticator; one more than the last unless said, where it counts at all. */
  counter?: number;
  userHandle?: string | null;
  signature?: (own: Bytes) => Bytes;
}

const FLAGS = { present: 1, verified: 4, eligible: 8, attested: 64 };

const clientDataOf = (type: string, challenge: string, rpId: string, ways: Ways): Bytes =>
  utf8(
    JSON.stringify({
      type: ways.type ?? type,
      challenge: ways.challenge ?? challenge,
      origin: ways.origin ?? `https://${rpId}`,
      crossOrigin: ways.crossOrigin ?? false,
      ...(ways.topOrigin !== undefined && { topOrigin: ways.topOrigin }),
    }),
  );

/** Web Authentication Level 3 §6.1, without attested credential data. */
const authenticatorData = async (
  rpId: string,
  { present = true, verified = true, eligible = false }: Ways,
  counter: number,
  more = 0,
): Promise<Bytes> => {
  const flags =
    (present ? FLAGS.present : 0) | (verified ? FLAGS.verified : 0) | (eligible ? FLAGS.eligible : 0) | more;
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, counter);
  return concat(await sha256(utf8(rpId)), Uint8Array.of(flags), count);
};

/** RFC 9053 §7.1.1, RFC 8230 §4. */
async function coseKey(kind: keyof typeof KEYS, key: CryptoKey): Promise<Map<number, Cbor>> {
  const jwk = (await crypto.subtle.exportKey("jwk", key)) as JsonWebKey;
  const bytes = (member: string | undefined) => fromBase64Url(member as string) as Bytes;
  const { alg } = KEYS[kind];
  return kind === "ES256"
    ? new Map<number, Cbor>([
        [1, 2],
        [3, alg],
        [-1, 1],
        [-2, bytes(jwk.x)],
        [-3, bytes(jwk.y)],
      ])
    : new Map<number, Cbor>([
        [1, 3],
        [3, alg],
        [-1, bytes(jwk.n)],
        [-2, bytes(jwk.e)],
      ]);
}

/** An ECDSA signature as authenticators write it (Web Authentication Level 3 §6.5.6): ASN.1 DER. */
function toDer(raw: Bytes): Bytes {
  const integer = (bytes: Uint8Array): Bytes => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const digits = bytes.subarray(start);
    const padded = (digits[0] as number) >= 128 ? concat(Uint8Array.of(0), digits) : digits;
    return concat(Uint8Array.of(2, padded.length), padded);
  };
  const body = concat(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  return concat(Uint8Array.of(0x30, body.length), body);
}

async function signWith({ kind, keys }: Pick<SoftKey, "kind" | "keys">, data: Bytes): Promise<Bytes> {
  const signed = new Uint8Array(await crypto.subtle.sign(KEYS[kind].sign, keys.privateKey, data));
  return kind === "ES256" ? toDer(signed) : signed;
}

const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** One authenticator, which keeps what it makes. */
export class Authenticator {
  readonly held: SoftKey[] = [];
  /** Whether it counts its signatures; those whose passkeys are synchronized do not. */
  readonly #counts: boolean;

  constructor({ counts = false }: { counts?: boolean } = {}) {
    this.#counts = counts;
  }

  /** Makes a passkey. @returns RegistrationResponseJSON */
  async create(options: CreationOptions, ways: CreationWays = {}) {
    if (options.excludeCredentials?.some(({ id }) => this.held.some((held) => held.id === id))) {
      throw new Error("InvalidStateError: the authenticator has a passkey of this user");
    }
    const { kind = "ES256" } = ways;
    const rpId = ways.rpId ?? options.rp.id;
    const keys = (await crypto.subtle.generateKey(KEYS[kind].make, true, ["sign", "verify"])) as CryptoKeyPair;
    const id = ways.id ?? randomBytes(20);
    const counter = ways.counter ?? (this.#counts ? 1 : 0);
    const key: SoftKey = { id: toBase64Url(id), rpId, userHandle: options.user.id, kind, keys, counter };
    const own = await coseKey(kind, keys.publicKey);
    const aaguid = Uint8Array.from((ways.aaguid ?? "0".repeat(32)).replaceAll("-", "").match(/../g) ?? [], (each) =>
      Number.parseInt(each, 16),
    );
    const authData = concat(
      await authenticatorData(rpId, ways, counter, FLAGS.attested),
      aaguid,
      Uint8Array.of(id.length >> 8, id.length & 255),
      id,
      toCbor(ways.publicKey?.(own) ?? own),
    );
    const clientData = clientDataOf("webauthn.create", options.challenge, rpId, ways);
    const signed = concat(authData, await sha256(clientData));
    const { fmt, attStmt } = (await ways.attestation?.((data) => signWith(key, data), signed)) ?? {
      fmt: "none",
      attStmt: new Map<string, Cbor>(),
    };
    const attestationObject = toCbor(
      new Map<string, Cbor>([
        ["fmt", fmt],
        ["attStmt", attStmt],
        ["authData", authData],
      ]),
    );
    this.held.push(key);
    return {
      id: key.id,
      rawId: key.id,
      type: "public-key",
      response: {
        clientDataJSON: toBase64Url(clientData),
        attestationObject: toBase64Url(attestationObject),
        transports: ways.transports ?? ["internal", "hybrid"],
      },
      clientExtensionResults: {},
      authenticatorAttachment: ways.attachment ?? "platform",
    };
  }

  /** Proves a passkey: one that is allowed, or the newest for the relying party. @returns AuthenticationResponseJSON */
  async get(options: RequestOptions, ways: ProofWays = {}) {
    const rpId = ways.rpId ?? (options.rpId as string);
    const key = this.held.findLast(
      (held) =>
        held.rpId === options.rpId &&
        (options.allowCredentials === undefined || options.allowCredentials.some(({ id }) => id === held.id)),
    );
    if (!key) throw new Error("NotAllowedError: the authenticator has no passkey that will do");
    if (this.#counts) key.counter++;
    return this.prove(key, rpId, options.challenge, ways);
  }

  /** Proves this passkey, whether or not it was asked for. @returns AuthenticationResponseJSON */
  async prove(key: SoftKey, rpId: string, challenge: string, ways: ProofWays = {}) {
    const authData = await authenticatorData(rpId, ways, ways.counter ?? key.counter);
    const clientData = clientDataOf("webauthn.get", challenge, rpId, ways);
    const signature = await signWith(key, concat(authData, await sha256(clientData)));
    const userHandle = ways.userHandle === undefined ? key.userHandle : ways.userHandle;
    return {
      id: key.id,
      rawId: key.id,
      type: "public-key",
      response: {
        clientDataJSON: toBase64Url(clientData),
        authenticatorData: toBase64Url(authData),
        signature: toBase64Url(ways.signature?.(signature) ?? signature),
        ...(userHandle !== null && { userHandle }),
      },
      clientExtensionResults: {},
      authenticatorAttachment: "platform",
    };
  }
}
