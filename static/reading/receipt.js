// What the server has to say before answers may be forgotten: the digest of exactly what was sent.
//
// app/domain/receipt.py digests the form as it was received; here it is digested as it is sent.

import { sha256 } from "./sha256.js";

const NOT_DIGESTED = new Set(["csrf_token"]);

export function formDigest(fields) {
  const pairs = [...fields].filter(([name]) => !NOT_DIGESTED.has(name)).map(([name, value]) => [name, String(value)]);
  pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return sha256(JSON.stringify(pairs));
}

// The digest in a receipt; empty where there is no receipt.
export const formOf = (receipt) => /(?:^|,\s*)form=([0-9a-f]{64})$/.exec(receipt ?? "")?.[1] ?? "";
