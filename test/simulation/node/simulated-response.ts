import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

/** The response of a stream, whose bytes go to a reader: as much of it as the event hub uses. */
export class SimulatedResponse extends EventEmitter {
  readonly socket = null;
  writableNeedDrain = false;
  writableLength = 0;
  private isClosed = false;

  constructor(private readonly onBytes: (bytes: Buffer) => void) {
    super();
  }

  write(bytes: Buffer): boolean {
    if (this.isClosed) return false;
    this.onBytes(bytes);
    return !this.writableNeedDrain;
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.emit('close');
  }

  /** The reader takes nothing for a while, or again. */
  stall(isStalled: boolean): void {
    this.writableNeedDrain = isStalled;
    this.writableLength = isStalled ? 1 : 0;
    if (!isStalled) this.emit('drain');
  }

  get asResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }
}
