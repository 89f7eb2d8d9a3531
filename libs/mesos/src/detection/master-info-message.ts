import type { MasterInfo } from '../protocol/master-info.js';

/** A field of a protobuf message: a number, or bytes. */
type Field = number | Buffer;

/**
 * Reads the `MasterInfo` message that masters before 0.24 announce (`spec/mesos-client.md` §5.2): the fields that say
 * who they are and where. Nothing when the bytes are no such message.
 */
export function readMasterInfoMessage(data: Buffer): MasterInfo | undefined {
  const fields = readFields(data);
  if (fields === undefined) return undefined;
  const text = (number: number): string | undefined => textOf(fields.get(number));
  const id = text(1);
  if (id === undefined) return undefined;
  return {
    id,
    ...present('ip', numberOf(fields.get(2))),
    ...present('port', numberOf(fields.get(3))),
    ...present('pid', text(4)),
    ...present('hostname', text(5)),
    ...present('version', text(6)),
    ...present('address', readAddress(fields.get(7))),
  };
}

function readAddress(field: Field | undefined): MasterInfo['address'] | undefined {
  const fields = Buffer.isBuffer(field) ? readFields(field) : undefined;
  const port = numberOf(fields?.get(3));
  if (fields === undefined || port === undefined) return undefined;
  return { port, ...present('hostname', textOf(fields.get(1))), ...present('ip', textOf(fields.get(2))) };
}

const textOf = (field: Field | undefined): string | undefined =>
  Buffer.isBuffer(field) ? field.toString('utf8') : undefined;

const numberOf = (field: Field | undefined): number | undefined =>
  typeof field === 'number' ? field : undefined;

function present<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]: Value });
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Fields by number, the last of each; nothing when the bytes are no message. */
function readFields(data: Buffer): Map<number, Field> | undefined {
  const fields = new Map<number, Field>();
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = data[offset++];
      if (byte === undefined || weight > 2 ** 63) return Number.NaN;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
    }
  };
  while (offset < data.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === VARINT) fields.set(number, varint());
    else if (type === FIXED64) offset += 8;
    else if (type === FIXED32) offset += 4;
    else if (type === BYTES) {
      const length = varint();
      fields.set(number, data.subarray(offset, offset + length));
      offset += length;
    } else return undefined;
    if (!(offset <= data.length)) return undefined;
  }
  return fields;
}
