import type { MasterDetector } from './master-detector.js';

/** Goes round a fixed list of masters, beginning with the last known good one (`spec/mesos-client.md §5.1`). */
export class UrlListDetector implements MasterDetector {
  readonly #urls: readonly [URL, ...URL[]];
  #current = 0;
  #rejectedInARow = 0;

  constructor(urls: readonly [URL, ...URL[]]) {
    this.#urls = urls;
  }

  async detect(signal: AbortSignal): Promise<URL> {
    signal.throwIfAborted();
    return this.#urls[this.#current] ?? this.#urls[0];
  }

  confirm(): void {
    this.#rejectedInARow = 0;
  }

  reject(): boolean {
    this.#current = (this.#current + 1) % this.#urls.length;
    this.#rejectedInARow += 1;
    if (this.#rejectedInARow < this.#urls.length) {
      return true;
    }
    this.#rejectedInARow = 0;
    return false;
  }

  /** A list of addresses knows nothing about leadership. */
  onLeaderChange(): () => void {
    return () => undefined;
  }
}
