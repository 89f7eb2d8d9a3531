const LINE_FEED = 0x0a;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;

/** `spec/mesos-client.md §3`: a longer length line is a protocol error, whatever number it would spell. */
const MAX_LENGTH_DIGITS = 20;

/** A large cluster's OFFERS event may reach tens of MiB; this is the specified default bound. */
export const DEFAULT_MAX_RECORD_BYTES = 512 * 1024 * 1024;

/** Why a stream is not RecordIO. There is no way to find the next record after any of these. */
export interface RecordIoError {
  code: 'InvalidLength' | 'LengthTooLong' | 'RecordTooLarge';
  message: string;
}

/** The records that a chunk completed, and the error that followed them, if any. */
export interface DecodedChunk {
  records: Buffer[];
  error?: RecordIoError;
}

/**
 * Incremental RecordIO decoder (`spec/mesos-client.md §3`). Chunks may be split anywhere: HTTP chunk boundaries
 * carry no meaning. Payloads stay bytes; text is to be decoded only once a record is complete.
 *
 * After an error every further push returns the same error and no records.
 */
export class RecordDecoder {
  readonly #maxRecordBytes: number;
  /** Digits of the length line read so far. */
  #digits = '';
  /** Parts of the payload read so far; undefined while the length line is read. */
  #payload: Buffer[] | undefined;
  #missingBytes = 0;
  #error: RecordIoError | undefined;

  constructor(options: { maxRecordBytes?: number } = {}) {
    this.#maxRecordBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  }

  /** Whether the stream would end inside a record if it ended now. */
  get insideRecord(): boolean {
    return this.#payload !== undefined || this.#digits !== '';
  }

  push(chunk: Uint8Array): DecodedChunk {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const records: Buffer[] = [];
    let at = 0;
    while (this.#error === undefined && at < bytes.length) {
      at = this.#payload === undefined ? this.#readLength(bytes, at) : this.#readPayload(bytes, at);
      if (this.#payload !== undefined && this.#missingBytes === 0) {
        records.push(this.#takeRecord(this.#payload));
      }
    }
    return this.#error === undefined ? { records } : { records, error: this.#error };
  }

  #readLength(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length) {
      const byte = bytes[at] ?? LINE_FEED;
      at += 1;
      if (byte === LINE_FEED) {
        this.#startPayload();
        return at;
      }
      if (byte < DIGIT_ZERO || byte > DIGIT_NINE) {
        this.#fail('InvalidLength', `byte 0x${byte.toString(16).padStart(2, '0')} in a length line`);
        return at;
      }
      if (this.#digits.length === MAX_LENGTH_DIGITS) {
        this.#fail('LengthTooLong', `length line of more than ${MAX_LENGTH_DIGITS} digits`);
        return at;
      }
      this.#digits += String.fromCharCode(byte);
    }
    return at;
  }

  #startPayload(): void {
    if (this.#digits === '') {
      this.#fail('InvalidLength', 'empty length line');
      return;
    }
    const length = Number(this.#digits);
    if (length > this.#maxRecordBytes) {
      this.#fail(
        'RecordTooLarge',
        `record of ${this.#digits} bytes; at most ${this.#maxRecordBytes} are taken`,
      );
      return;
    }
    this.#digits = '';
    this.#payload = [];
    this.#missingBytes = length;
  }

  #readPayload(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.#missingBytes);
    this.#payload?.push(bytes.subarray(from, to));
    this.#missingBytes -= to - from;
    return to;
  }

  #takeRecord(parts: Buffer[]): Buffer {
    this.#payload = undefined;
    const [first] = parts;
    return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  }

  #fail(code: RecordIoError['code'], detail: string): void {
    this.#error = { code, message: `RecordIO: ${detail}` };
  }
}
