import type { ZooKeeperLogger as Logger } from '#zookeeper';

/**
 * Calls listeners in order and never from within a call of the port. A listener that throws is logged and does not keep
 * the next one from being called.
 */
export class Notifier {
  #isStopped = false;

  constructor(private readonly logger: Logger) {}

  tell(call: () => void): void {
    queueMicrotask(() => {
      if (this.#isStopped) return;
      try {
        call();
      } catch (error) {
        this.logger.error({ err: error }, 'a listener of the election failed');
      }
    });
  }

  /** Nothing is told any more, not even what waits. */
  stop(): void {
    this.#isStopped = true;
  }
}
