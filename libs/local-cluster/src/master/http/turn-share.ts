import type { Socket } from 'node:net';

/** Some milliseconds of work. */
const BYTES_PER_TURN = 128 * 1024;

/**
 * How much is read in one turn of the event loop, over all connections that share it: the system hands over megabytes
 * from each of them before it looks at anything else, timers and other clients included.
 */
export class TurnShare {
  private spentBytes = 0;
  private waiting: Socket[] = [];

  /** Something was read and dealt with. When the share is used up, the connection goes on in the next turn. */
  spend(socket: Socket, bytes: number): void {
    if (this.spentBytes === 0) setImmediate(() => this.begin());
    this.spentBytes += Math.max(1, bytes);
    if (this.spentBytes < BYTES_PER_TURN) return;
    socket.pause();
    this.waiting.push(socket);
  }

  /** The connection is somebody else's from now on. */
  leave(socket: Socket): void {
    this.waiting = this.waiting.filter((other) => other !== socket);
  }

  private begin(): void {
    const { waiting } = this;
    this.spentBytes = 0;
    this.waiting = [];
    for (const socket of waiting) socket.resume();
  }
}
