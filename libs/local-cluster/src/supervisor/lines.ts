import type { Socket } from 'node:net';

/** Cuts a byte stream into newline-terminated JSON records. Chunks may end inside a record or a UTF-8 character. */
export class LineReader {
  private readonly decoder = new TextDecoder();
  private rest = '';

  constructor(private readonly onRecord: (record: unknown) => void) {}

  push(chunk: Uint8Array): void {
    const parts = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) {
      if (part !== '') this.onRecord(JSON.parse(part));
    }
  }
}

/** Writes records to a socket; those of one turn of the event loop leave in one write. */
export class LineWriter {
  private buffer = '';

  constructor(private readonly socket: Socket) {}

  write(record: unknown): void {
    if (this.buffer === '') setImmediate(() => this.flush());
    this.buffer += `${JSON.stringify(record)}\n`;
  }

  /** Sends what is waiting now (before the connection is closed). */
  flush(): void {
    const text = this.buffer;
    this.buffer = '';
    if (text !== '' && this.socket.writable) this.socket.write(text);
  }
}
