const LINE_FEED = 0x0a;

/**
 * One RecordIO record: `<decimal byte length> LF <payload>` (`spec/mesos-client.md §3`).
 *
 * @param payload text is encoded as UTF-8; its length counts in bytes.
 */
export function encodeRecord(payload: string | Uint8Array): Buffer {
  const text = typeof payload === 'string';
  const length = text ? Buffer.byteLength(payload) : payload.byteLength;
  const digits = String(length);
  const record = Buffer.allocUnsafe(digits.length + 1 + length);
  record.write(digits, 'latin1');
  record[digits.length] = LINE_FEED;
  if (text) {
    record.write(payload, digits.length + 1, 'utf8');
  } else {
    record.set(payload, digits.length + 1);
  }
  return record;
}
