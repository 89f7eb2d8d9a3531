import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

/** Connections on which everything that is written in one turn of the event loop leaves in one piece. */
export class BurstConnector {
  readonly #sockets = new Set<Socket>();
  #isHeld = false;

  /** For the `connect` option of a dispatcher. */
  readonly connect: buildConnector.connector;

  constructor(options: buildConnector.BuildOptions) {
    const connect = buildConnector(options);
    this.connect = (target, callback) =>
      connect(target, (...outcome) => {
        const [, socket] = outcome;
        if (socket !== null) {
          this.#sockets.add(socket);
          socket.once('close', () => this.#sockets.delete(socket));
          // Answers make room for what waits.
          socket.on('readable', () => this.hold());
        }
        callback(...outcome);
      });
  }

  /** Holds back what is written from here on until the present turn is over. */
  hold(): void {
    if (this.#isHeld) {
      return;
    }
    this.#isHeld = true;
    const held = [...this.#sockets];
    for (const socket of held) {
      socket.cork();
    }
    process.nextTick(() => {
      this.#isHeld = false;
      for (const socket of held) {
        socket.uncork();
      }
    });
  }
}
