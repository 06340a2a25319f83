import wasm from "@phi-ag/argon2/argon2.wasm";
import type { Bytes } from "./encoding.ts";

/** RFC 9106 §3.1: memory in KiB, number of passes, degree of parallelism (lanes, computed one after the other here). */
export interface Argon2Cost {
  memory: number;
  passes: number;
  lanes: number;
}

const ARGON2ID = 2;
const VERSION = 0x13;

/** What the module offers of argon2.h, the reference implementation. */
interface Exports {
  memory: WebAssembly.Memory;
  _initialize: () => void;
  malloc: (size: number) => number;
  free: (pointer: number) => void;
  argon2_hash: (
    passes: number,
    memory: number,
    lanes: number,
    password: number,
    passwordLength: number,
    salt: number,
    saltLength: number,
    hash: number,
    hashLength: number,
    encoded: number,
    encodedLength: number,
    type: number,
    version: number,
  ) => number;
}

let exports: Exports | undefined;

/**
 * Argon2id, version 1.3 (RFC 9106), on bytes: the package's own wrapper takes text and cuts off what is not ASCII.
 * Synchronous; the memory asked for stays with the isolate afterwards.
 *
 * @param length bytes of the hash, at least 4. @param salt at least 8 bytes.
 * @throws Error when the implementation refuses the parameters or finds no memory.
 */
export function argon2id(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost, length = 32): Bytes {
  exports ??= instantiate();
  const { malloc, free, memory, argon2_hash } = exports;
  const put = (bytes: Uint8Array): number => {
    const pointer = malloc(Math.max(bytes.length, 1));
    new Uint8Array(memory.buffer).set(bytes, pointer);
    return pointer;
  };
  const at = { password: put(password), salt: put(salt), hash: malloc(length) };
  try {
    const code = argon2_hash(
      cost.passes,
      cost.memory,
      cost.lanes,
      at.password,
      password.length,
      at.salt,
      salt.length,
      at.hash,
      length,
      0,
      0,
      ARGON2ID,
      VERSION,
    );
    if (code !== 0) throw new Error(`argon2 failed with code ${code}`);
    return new Uint8Array(memory.buffer).slice(at.hash, at.hash + length) as Bytes;
  } finally {
    // The memory of the module outlives the request: leave nothing of the password in it.
    const heap = new Uint8Array(memory.buffer);
    heap.fill(0, at.password, at.password + password.length);
    heap.fill(0, at.hash, at.hash + length);
    for (const pointer of Object.values(at)) free(pointer);
  }
}

function instantiate(): Exports {
  const made = new WebAssembly.Instance(wasm).exports as unknown as Exports;
  made._initialize();
  return made;
}
