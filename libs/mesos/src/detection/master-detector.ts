/**
 * Where the master may be (`spec/mesos-client.md §5`). The client asks for a candidate, tries it, and reports how
 * it went; redirects from a candidate to the leader are followed by the client itself.
 */
export interface MasterDetector {
  /** The next base URL to try (scheme, host, port). Waits until there is one; rejects only when aborted. */
  detect(signal: AbortSignal): Promise<URL>;

  /** The last candidate led to the leading master. */
  confirm(): void;

  /**
   * The last candidate did not lead to a leading master.
   *
   * @returns whether another candidate may be tried at once; otherwise the caller should back off first.
   */
  reject(): boolean;

  /**
   * Calls `listener` whenever the detector learns on its own that another master leads. Detectors that only
   * know addresses never do.
   *
   * @returns ends the notifications.
   */
  onLeaderChange(listener: (leader: URL) => void): () => void;
}
