import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import type { ISocketFactory } from 'kafkajs';

type Socket = ReturnType<ISocketFactory>;

/**
 * The connections of one client, which can be severed for good. The client itself connects again after it was told to
 * disconnect, when something it was asked before is still under way.
 */
export class SeverableSockets {
  readonly #create = createSocketFactory();
  readonly #open = new Set<Socket>();
  #isSevered = false;

  /** For the configuration of the client. */
  readonly factory: ISocketFactory = (options) => {
    const socket = this.#create(options);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    if (this.#isSevered) socket.destroy(new Error('the connection was given up'));
    return socket;
  };

  /** Ends all connections, those that are made from now on at once. */
  sever(): void {
    this.#isSevered = true;
    for (const socket of this.#open) socket.destroy(new Error('the connection was given up'));
  }
}
